import Measurement

/// What describes a cell, the same on every machine.
struct CellKey: Hashable, Sendable {
  let experiment: ExperimentId
  /// In the order of `ComparedTable.columns`; empty where the table's field is.
  let values: [String]
}

extension ComparedTable {
  /// The columns of its cells: those of the table that describe, then one a CPU, its number or the kind of its core.
  func columns(byCpu: Bool) -> [Key] {
    keys + cpus.map { byCpu ? .integer($0.number) : .text($0.kind) }
  }

  /// The names of all columns that describe cells of some experiments.
  static func columns(of experiments: [ExperimentId]) -> [String] {
    var names: [String] = []
    for table in all where experiments.contains(table.experiment) {
      for column in table.columns(byCpu: true) + table.columns(byCpu: false)
      where !names.contains(column.name) { names.append(column.name) }
    }
    return names
  }
}
