import Reporting
import SystemPackage

/// Reads `run.json`.
enum RecordReader {
  /// Bytes of a JSON file at most.
  static let limit = 64 << 20
  private static let remedy = "copy the run again, or leave it out"

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
    try StoredFile.json(file, limit: limit, remedy: remedy)
  }

  /// - Throws: where the file says something else than a `Value`.
  static func value<Value: Decodable>(
    _ type: Value.Type, _ json: [UInt8], of file: FilePath
  ) throws(ReadFailure) -> Value {
    do {
      return try Json.value(type, from: json)
    } catch {
      throw ReadFailure(file, Json.explanation(of: error), remedy: remedy)
    }
  }
}
