import Measurement

/// One CSV file of a result folder, whatever its rows are.
package struct ResultTable {
  let name: String
  /// Whether rows are appended by the round as they are measured; else the file is rewritten whole.
  let grows: Bool
  let resource: DataPackage.Resource
  let header: String
  let text: () -> String
  /// The values of each row, with the names of their columns.
  let rows: () -> [[(name: String, value: CsvValue)]]

  /// - Parameters:
  ///   - meaning: what its rows are about.
  ///   - primaryKey: the column that numbers the rows.
  init<Row>(
    _ name: String, _ meaning: String, _ table: CsvTable<Row>, _ rows: [Row], primaryKey: String? = nil
  ) {
    self.init(name, meaning, table, rows, grows: false, primaryKey, nil)
  }

  /// The table that has the experiment's name.
  init<Row>(
    _ experiment: ExperimentId, _ meaning: String, _ table: CsvTable<Row>, _ rows: [Row],
    primaryKey: String? = nil
  ) {
    self.init(experiment.rawValue, meaning, table, rows, primaryKey: primaryKey)
  }

  /// One whose rows only its file holds.
  ///
  /// - Parameter cells: the table whose cells its column `cell` names.
  init<Row>(
    growing name: String, _ meaning: String, _ table: CsvTable<Row>, cellsOf cells: String
  ) {
    self.init(name, meaning, table, [], grows: true, nil, cells)
  }

  private init<Row>(
    _ name: String, _ meaning: String, _ table: CsvTable<Row>, _ rows: [Row], grows: Bool,
    _ primaryKey: String?, _ cells: String?
  ) {
    self.name = name
    self.grows = grows
    resource = DataPackage.Resource(
      name, meaning,
      table.columns.map { .init(name: $0.name, type: $0.kind.rawValue, description: $0.meaning) },
      primaryKey: primaryKey, cellsOf: cells)
    header = table.header
    text = { table.text(rows) }
    self.rows = { rows.map { row in table.columns.map { ($0.name, $0.value(row)) } } }
  }
}
