import Measurement

/// A table of result folders as comparisons see it: which columns tell cells apart, what is compared of them.
struct ComparedTable: Sendable {
  /// A column that describes a cell.
  struct Key: Sendable {
    enum Kind: Sendable { case text, integer, number, boolean }
    var name: String
    var kind: Kind
  }

  /// A column with the number of a CPU, empty where a cell has none. Numbers mean nothing on another machine; the kind of core
  /// does.
  struct Cpu: Sendable {
    var number: String
    /// What the kind of its core is called.
    var kind: String
  }

  /// The column that is compared.
  struct Quantity: Sendable {
    var column: String
    /// The columns of its 95 % interval over rounds, where there are such.
    var bounds: (low: String, high: String)?
    var unit: String
    var largerIsSlower = true
  }

  let experiment: ExperimentId
  /// What people call it; unlike any other's.
  let name: String
  /// As in `StoredRun.table`.
  let file: String
  /// Of the file's.
  let rows: CellFilter
  let keys: [Key]
  let cpus: [Cpu]
  /// Nil of a table that says whether, not how much.
  let quantity: Quantity?
  /// The columns that say in words what operations met.
  let answers: [String]

  /// - Parameters:
  ///   - name: the experiment's if not given.
  ///   - file: likewise.
  ///   - rows: all if not given.
  init(
    _ experiment: ExperimentId, name: String? = nil, file: String? = nil, rows: CellFilter = CellFilter(),
    keys: [Key], cpus: [Cpu], quantity: Quantity?, answers: [String] = []
  ) {
    self.experiment = experiment
    self.name = name ?? experiment.rawValue
    self.file = file ?? experiment.rawValue
    self.rows = rows
    self.keys = keys
    self.cpus = cpus
    self.quantity = quantity
    self.answers = answers
  }
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

extension ComparedTable.Key {
  static func text(_ name: String) -> Self { Self(name: name, kind: .text) }
  static func integer(_ name: String) -> Self { Self(name: name, kind: .integer) }
  static func number(_ name: String) -> Self { Self(name: name, kind: .number) }
  static func boolean(_ name: String) -> Self { Self(name: name, kind: .boolean) }
}

extension ComparedTable.Quantity {
  /// A column whose interval stands in columns of its name: `median_ns`, `median_low_ns`.
  static func nanoseconds(_ name: String) -> Self {
    Self(column: "\(name)_ns", bounds: ("\(name)_low_ns", "\(name)_high_ns"), unit: "ns")
  }

  static func slowdown(_ name: String) -> Self {
    Self(column: name, bounds: ("\(name)_low", "\(name)_high"), unit: "x")
  }

  static let rate = Self(
    column: "operations_per_second",
    bounds: ("operations_per_second_low", "operations_per_second_high"), unit: "1/s", largerIsSlower: false)
}
