import Foundation
import Reporting
import StoredRuns
import SystemPackage

/// Any bytes as a file of a result folder: JSON as its `run.json`, all else as its `cost.csv`.
///
/// What must hold: they are read as the plain second reader reads them, or refused where it refuses them, with a place.
public struct StoredRunInput {
  private let folder: WorkFolder
  private let run: StoredRun
  private let kinds = RunResults.columnTypes["cost"]!

  /// - Parameter original: a result folder, whose files are replaced in a copy.
  public init(replacingFilesOf original: FilePath) throws {
    folder = try WorkFolder(copyOf: original)
    run = try StoredRun(folder.path)
  }

  public func remove() { folder.remove() }

  /// - Returns: what does not hold; nil where all does.
  public func fault(in bytes: [UInt8]) throws -> String? {
    bytes.first == UInt8(ascii: "{") ? try faultOfRecord(bytes) : try faultOfTable(bytes)
  }

  private func faultOfTable(_ bytes: [UInt8]) throws -> String? {
    try folder.write("cost.csv", bytes)
    let reference = ReferenceTable(csv: bytes, kinds: kinds)
    do throws(ReadFailure) {
      let table = try run.table("cost")
      return reference.map { $0.difference(from: table, kinds: kinds) } ?? "read, but it has to be refused"
    } catch {
      if reference != nil { return "refused: \(error)" }
      guard let line = error.line, let column = error.column, line >= 1, column >= 1 else {
        return "no place: \(error)"
      }
      return nil
    }
  }

  private func faultOfRecord(_ bytes: [UInt8]) throws -> String? {
    try folder.write("run.json", bytes)
    let record: RunRecord
    do throws(ReadFailure) {
      record = try StoredRun(folder.path).record
    } catch {
      return error.file.lastComponent?.string == "run.json" ? nil : "another file: \(error)"
    }
    let said = try JSONSerialization.jsonObject(with: Data(bytes))
    let read = try JSONSerialization.jsonObject(with: Data(Json.text(record).utf8))
    return Self.difference(read, said, at: "")
  }

  /// Where what was read is not what the file says. What a record has and its file has not, is empty.
  private static func difference(_ read: Any, _ said: Any?, at path: String) -> String? {
    switch (read, said) {
    case (let read as [String: Any], let said as [String: Any]):
      read.lazy.compactMap { difference($1, said[$0], at: "\(path).\($0)") }.first
    case (let read as [Any], let said as [Any]) where read.count == said.count:
      zip(read, said).lazy.compactMap { difference($0, $1, at: path + "[]") }.first
    case (let read as [Any], nil) where read.isEmpty: nil
    case (let read as [String: Any], nil) where read.isEmpty: nil
    case (let read as NSObject, let said as NSObject) where read == said: nil
    default: "\(path): \(read), where the file says \(said.map { "\($0)" } ?? "nothing")"
    }
  }
}
