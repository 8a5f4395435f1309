/// What describes a cell, the same on every machine.
struct CellKey: Hashable, Sendable {
  /// The table's name.
  let table: String
  /// In the order of `ComparedTable.columns`; empty where the table's field is.
  let values: [String]
}
