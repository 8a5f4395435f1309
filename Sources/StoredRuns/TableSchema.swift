import Reporting
import SystemPackage

/// What the columns of a table hold: as this SplitBench writes them, and where it knows no such column, as the folder's
/// `datapackage.json` says.
struct TableSchema {
  private let table: String
  private let known: [String: ColumnKind]
  private let package: FilePath

  init(table: String, of run: FilePath) {
    self.table = table
    known = (RunResults.columnTypes[table] ?? [:]).compactMapValues(ColumnKind.init)
    package = run.appending("datapackage.json")
  }

  /// - Throws: where the column is unknown and `datapackage.json` is there but cannot be read.
  func kind(of column: String) throws(ReadFailure) -> ColumnKind {
    if let kind = known[column] { return kind }
    return try described()[column] ?? .string
  }

  private func described() throws(ReadFailure) -> [String: ColumnKind] {
    guard StoredFile.exists(package) else { return [:] }
    let bytes = try StoredFile.bytes(package, limit: RecordReader.limit)
    // These keys are one word each, spelt alike in every case.
    let described = try RecordReader.decoding(package) { try Json.value(Described.self, from: bytes) }
    let fields = described.resources.first { $0.name == table }?.schema.fields ?? []
    return Dictionary(fields.map { ($0.name, ColumnKind(rawValue: $0.type) ?? .string) }) { first, _ in first
    }
  }

  /// The part of a data package that is needed here.
  private struct Described: Decodable {
    struct Resource: Decodable {
      var name: String
      var schema: Schema
    }
    struct Schema: Decodable { var fields: [Field] }
    struct Field: Decodable {
      var name: String
      var type: String
    }
    var resources: [Resource]
  }
}
