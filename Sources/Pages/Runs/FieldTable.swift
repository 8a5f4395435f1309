import Measurement
import Reporting
import StoredRuns

/// Some columns of small tables, for parts of the page that need no more: a table, or one for each kind of row.
enum FieldTable {
  struct Column {
    var name: String
    /// Heads it on the page.
    var title: String
    /// Nil of numbers and words that stand there as in the file.
    var quantity: Quantity?
    /// What one of the column is, in what the quantity counts.
    var unit = 1.0
    /// Columns with the ends of its interval.
    var range: (low: String, high: String)?
    /// Of integers that count what stands behind a row.
    var zeroSaysNothing = false
  }

  /// - Parameters:
  ///   - table: its name, as in results/README.md.
  ///   - columns: the first tells of what kind a row is. Those in which nothing stands are left out.
  ///   - name: of the table for rows of a kind; those that share it are one.
  /// - Returns: none where no run has such rows.
  static func make(
    _ runs: [PageRun], _ table: String, _ columns: [Column], name: (String) -> String
  ) throws(ReadFailure) -> [PageTable] {
    var rows: [(table: String, fields: [String])] = []
    for run in runs where run.stored.has(table) {
      let names = columns.flatMap { [$0.name, $0.range?.low, $0.range?.high].compactMap { $0 } }
      let stored = try run.stored.table(table, columns: [], optional: names)
      var fields: [[String]] = []
      for column in columns { fields.append(try texts(of: column, in: stored)) }
      for row in 0..<stored.rowCount {
        let own = fields.map { $0[row] }
        rows.append((name(own[0]), runs.count == 1 ? own : [run.label] + own))
      }
    }
    let heads = (runs.count == 1 ? [] : ["run"]) + columns.map(\.title)
    return rows.map(\.table).distinct.map { name in
      let own = rows.filter { $0.table == name }.map(\.fields)
      let used = heads.indices.filter { column in own.contains { $0[column] != nothing } }
      // What is the same in all rows is said once.
      let constant = used.filter { column in
        own.count > 1 && own.allSatisfy { $0[column] == own[0][column] }
      }
      let varying = used.filter { !constant.contains($0) }
      let columnsShown = varying.isEmpty ? [0] : varying
      let shown = own.prefix(mostRows).map { row in columnsShown.map { row[$0] } }
      let notes =
        constant.filter { heads[$0] != columns[0].title }.map { "\(heads[$0]): \(own[0][$0])" }
        + (own.count > shown.count ? ["\(own.count - shown.count) more rows in \(table).csv"] : [])
      return PageTable(
        name, .numbers, TextTable(columns: columnsShown.map { heads[$0] }, rows: shown),
        note: notes.isEmpty ? nil : notes.joined(separator: "; "),
        meanings: meanings(columns.filter { column in used.contains { heads[$0] == column.title } }, table))
    }
  }

  private static let nothing = "-"
  /// A table of every pair of CPUs of a large machine is for its file.
  private static let mostRows = 100

  private static func meanings(_ columns: [Column], _ table: String) -> [PageTable.Meaning] {
    columns.compactMap { column in
      RunResults.columnMeanings[table]?[column.name].map { PageTable.Meaning(name: column.title, text: $0) }
    }
  }

  private static func texts(of column: Column, in table: StoredTable) throws(ReadFailure) -> [String] {
    let entries = Entries(table)
    if let quantity = column.quantity {
      let values = try entries.ranged(column.name, low: column.range?.low, high: column.range?.high)
      return values.map { value in
        value.map { $0.map { $0 * column.unit }.text(quantity) } ?? nothing
      }
    }
    guard table.has(column.name) else { return Array(repeating: nothing, count: table.rowCount) }
    if let texts = try? table.texts(column.name) { return texts.map { words($0) } }
    if let booleans = try? table.booleans(column.name) { return booleans.map { words($0.map { "\($0)" }) } }
    if let integers = try? table.integers(column.name) {
      return integers.map { $0.map { $0 == 0 && column.zeroSaysNothing ? nothing : "\($0)" } ?? nothing }
    }
    return try table.numbers(column.name).map { $0.map { Decimal.significant($0, 4) } ?? nothing }
  }

  /// Tables have booleans that may be missing as texts.
  private static func words(_ text: String?) -> String {
    switch text {
    case nil: nothing
    case "true": "yes"
    case "false": "no"
    case let text?: text
    }
  }
}
