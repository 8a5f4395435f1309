import Foundation
import Reporting
import StoredRuns
import StoredRunsChecks
import SystemPackage

extension SmallRun {
  /// A table of it, as the second reader reads it.
  struct Table {
    let name: String
    /// Columns that tell its rows apart.
    let key: [String]
    let kinds: [String: String]
    let truth: ReferenceTable
    let bytes: [UInt8]

    init(_ name: String, key: [String] = []) throws {
      self.name = name
      self.key = key
      kinds = RunResults.columnTypes[name]!
      bytes = try WorkFolder.bytes(SmallRun.path.appending("\(name).csv"))
      truth = ReferenceTable(csv: bytes, kinds: kinds)!
    }

    var file: String { name + ".csv" }
  }

  static func tables() throws -> [Table] {
    try [
      Table("cost", key: ["cell"]), Table("samples"),
      Table("trap", key: ["cpu", "trigger", "context", "placement", "width_bytes", "locked"]),
    ]
  }
}

extension ReferenceTable {
  /// The file, with quotes where they are needed.
  var csv: [UInt8] {
    Array(([header] + rows).map { $0.map(ReferenceTable.field).joined(separator: ",") + "\n" }.joined().utf8)
  }

  static func field(_ text: String) -> String {
    // By C: some fields have a mebibyte.
    strcspn(text, ",\"\n\r") < text.utf8.count ? quoted(text) : text
  }

  static func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  /// The byte in its line, from 1, at which a field of a row begins; the header is row -1.
  func byte(row: Int, column: Int) -> Int {
    let line = row < 0 ? header : rows[row]
    return line[..<column].reduce(1) { $0 + ReferenceTable.field($1).utf8.count + 1 }
  }
}
