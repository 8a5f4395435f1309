import Reporting
import StoredRuns

/// Some columns of small tables, as they stand in the files, for parts of the page that need no more.
enum FieldTable {
  /// - Parameters:
  ///   - table: its name, as in results/README.md.
  ///   - columns: with the words that head them on the page.
  /// - Returns: nil where no run has such rows; the first of very many.
  static func make(
    _ runs: [PageRun], _ table: String, columns: [(name: String, title: String)]
  ) throws(ReadFailure) -> TextTable? {
    var rows: [[String]] = []
    for run in runs where run.stored.has(table) {
      let stored = try run.stored.table(table, columns: [], optional: columns.map(\.name))
      var fields: [[String?]] = []
      for column in columns { fields.append(try texts(stored, column.name)) }
      for row in 0..<stored.rowCount {
        rows.append((runs.count == 1 ? [] : [run.label]) + fields.map { $0[row] ?? "-" })
      }
    }
    guard !rows.isEmpty else { return nil }
    let heads = (runs.count == 1 ? [] : ["run"]) + columns.map(\.title)
    let more = rows.count - mostRows
    if more > 0 {
      rows = rows.prefix(mostRows) + [["\(more) more in \(table).csv"] + heads.dropFirst().map { _ in "" }]
    }
    return TextTable(columns: heads, rows: rows)
  }

  /// A table of every pair of CPUs of a large machine is for its file.
  private static let mostRows = 100

  private static func texts(_ table: StoredTable, _ name: String) throws(ReadFailure) -> [String?] {
    guard table.has(name) else { return Array(repeating: nil, count: table.rowCount) }
    if let column = try? table.texts(name) { return Array(column) }
    if let column = try? table.booleans(name) { return column.map { $0.map { $0 ? "yes" : "no" } } }
    if let column = try? table.integers(name) { return column.map { $0.map(String.init) } }
    return try table.numbers(name).map { $0.map { Field.short($0) } }
  }
}
