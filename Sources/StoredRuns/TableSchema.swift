import Reporting
import SystemPackage

/// What the columns of a table hold: as this SplitBench writes them, and where it knows no such column, as the folder's
/// `datapackage.json` says.
struct TableSchema {
  private let table: String
  private let known: [String: ColumnKind]
  /// Nil of a table that is not a run's.
  private let package: FilePath?

  init(table: String, of run: FilePath) {
    self.table = table
    known = (RunResults.columnTypes[table] ?? [:]).compactMapValues(ColumnKind.init)
    package = run.appending("datapackage.json")
  }

  /// Of a table that is not a run's.
  init(_ columns: [String: ColumnKind]) {
    (table, known, package) = ("", columns, nil)
  }

  /// - Throws: where there is an unknown column and `datapackage.json` is there but cannot be read.
  func kinds(of columns: [String]) throws(ReadFailure) -> [ColumnKind] {
    let others = columns.allSatisfy { known[$0] != nil } ? [:] : try described()
    return columns.map { known[$0] ?? others[$0] ?? .string }
  }

  private func described() throws(ReadFailure) -> [String: ColumnKind] {
    guard let package, StoredFile.exists(package) else { return [:] }
    let json = try RecordReader.json(package)
    // These keys are one word each, spelt alike in every case.
    let described = try RecordReader.value(Described.self, json, of: package)
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
