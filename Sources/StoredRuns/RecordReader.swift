import Reporting
import SystemPackage

/// Reads `run.json`.
enum RecordReader {
  /// Bytes of a JSON file at most.
  static let limit = 64 << 20

  static func record(_ file: FilePath) throws(ReadFailure) -> RunRecord {
    let bytes = try StoredFile.bytes(file, limit: limit)
    let head = try decoding(file) { try Json.value(Head.self, from: bytes) }
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
    return try decoding(file) { try Json.value(RunRecord.self, from: bytes) }
  }

  /// What tells whether the rest can be understood.
  private struct Head: Decodable {
    var tool: String
    var schemaVersion: Int
  }

  static func decoding<Value>(_ file: FilePath, _ body: () throws -> Value) throws(ReadFailure) -> Value {
    do {
      return try body()
    } catch {
      throw ReadFailure(
        file, (error as? DecodingError).map(Json.explanation) ?? "\(error)", remedy: "copy the run again, or leave it out")
    }
  }
}
