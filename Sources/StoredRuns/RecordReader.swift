import Reporting
import SystemPackage

/// Reads `run.json`.
enum RecordReader {
  /// Bytes of a JSON file at most.
  static let limit = 64 << 20

  static func record(_ file: FilePath) throws(ReadFailure) -> RunRecord {
    let json = try json(file)
    let head = try value(Head.self, json, of: file)
    guard head.tool == "splitbench" else {
      throw ReadFailure(
        file, "tool is \(head.tool.debugDescription)", remedy: "name a folder that `splitbench run` wrote")
    }
    guard head.schemaVersion <= RunRecord.schemaVersion else {
      throw ReadFailure(
        file,
        "schema_version is \(head.schemaVersion), written by a newer SplitBench; this one reads up to \(RunRecord.schemaVersion)",
        remedy: "use that SplitBench")
    }
    guard head.schemaVersion >= 1 else {
      throw ReadFailure(
        file, "schema_version is \(head.schemaVersion); the first one was 1", remedy: "copy the run again")
    }
    return try value(RunRecord.self, json, of: file)
  }

  /// What tells whether the rest can be understood.
  private struct Head: Decodable {
    var tool: String
    var schemaVersion: Int
  }

  /// - Throws: where the file is no JSON.
  static func json(_ file: FilePath) throws(ReadFailure) -> [UInt8] {
    let bytes = try StoredFile.bytes(file, limit: limit)
    try JsonScanner.check(bytes, of: file)
    return bytes
  }

  /// - Throws: where the file says something else than a `Value`.
  static func value<Value: Decodable>(
    _ type: Value.Type, _ json: [UInt8], of file: FilePath
  ) throws(ReadFailure) -> Value {
    do {
      return try Json.value(type, from: json)
    } catch {
      throw ReadFailure(file, what(error), remedy: "copy the run again, or leave it out")
    }
  }

  private static func what(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func at(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      let keys = (context.codingPath + [last].compactMap(\.self)).map { key in
        key.intValue.map { "[\($0)]" } ?? "." + snakeCased(key.stringValue)
      }
      return keys.isEmpty ? "the document" : String(keys.joined().drop { $0 == "." })
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(at(context, key)) is missing"
    case .valueNotFound(_, let context): return "\(at(context)) is null"
    // Of a number Foundation keeps the place to itself.
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return "a number has a fraction where none belongs, or is out of range"
    case .typeMismatch(_, let context), .dataCorrupted(let context):
      return "\(at(context)): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  /// A key as the file spells it.
  private static func snakeCased(_ key: String) -> String {
    key.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
  }
}
