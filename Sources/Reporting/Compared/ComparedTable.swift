import Measurement

/// A table of result folders as comparisons see it: which columns tell cells apart, what is compared of them.
package struct ComparedTable: Sendable {
  /// A column that describes a cell.
  package struct Key: Sendable {
    package enum Kind: Sendable { case text, integer, number, boolean }
    package var name: String
    package var kind: Kind
  }

  /// A column with the number of a CPU, empty where a cell has none. Numbers mean nothing on another machine; the kind of core
  /// does.
  package struct Cpu: Sendable {
    package var number: String
    /// What the kind of its core is called.
    package var kind: String
    package static let measuring = Cpu(number: "cpu", kind: "core_kind")
  }

  /// The column that is compared.
  package struct Quantity: Sendable {
    package var column: String
    /// The columns of its 95 % interval over rounds, where there are such.
    package var bounds: (low: String, high: String)?
    package var unit: String
    package var largerIsSlower = true

    package init(
      column: String, bounds: (low: String, high: String)? = nil, unit: String, largerIsSlower: Bool = true
    ) {
      (self.column, self.bounds, self.unit, self.largerIsSlower) = (column, bounds, unit, largerIsSlower)
    }
  }

  package let experiment: ExperimentId
  /// What people call it; unlike any other's.
  package let name: String
  /// As in `StoredRun.table`.
  package let file: String
  /// Those of the file's rows that have one of some words in a column.
  package let rows: [String: Set<String>]
  package let keys: [Key]
  package let cpus: [Cpu]
  /// Nil of a table that says whether, not how much.
  package var quantity: Quantity?
  /// The columns that say in words what operations met.
  package let answers: [String]
  /// A cell's name in parts, what is usual left out; its CPUs and its setting come behind them.
  package let words: @Sendable (DescribedCell) -> [String]

  /// - Parameters:
  ///   - name: the experiment's if not given.
  ///   - file: likewise.
  ///   - rows: all if not given.
  package init(
    _ experiment: ExperimentId, name: String? = nil, file: String? = nil, rows: [String: Set<String>] = [:],
    keys: [Key], cpus: [Cpu], quantity: Quantity?, answers: [String] = [],
    words: @escaping @Sendable (DescribedCell) -> [String]
  ) {
    self.experiment = experiment
    self.name = name ?? experiment.rawValue
    self.file = file ?? experiment.rawValue
    self.rows = rows
    self.keys = keys
    self.cpus = cpus
    self.quantity = quantity
    self.answers = answers
    self.words = words
  }
}

extension ComparedTable {
  /// All that can be compared.
  package static let all = Experiments.all.flatMap { $0.compared }

  /// The columns of its cells: those of the table that describe, then one a CPU, its number or the kind of its core.
  package func columns(byCpu: Bool) -> [Key] {
    keys + cpus.map { byCpu ? .integer($0.number) : .text($0.kind) }
  }

  /// The names of all columns that describe cells of some experiments.
  package static func columns(of experiments: [ExperimentId]) -> [String] {
    var names: [String] = []
    for table in all where experiments.contains(table.experiment) {
      for column in table.columns(byCpu: true) + table.columns(byCpu: false)
      where !names.contains(column.name) { names.append(column.name) }
    }
    return names
  }
}

extension ComparedTable.Key {
  package static func text(_ name: String) -> Self { Self(name: name, kind: .text) }
  package static func integer(_ name: String) -> Self { Self(name: name, kind: .integer) }
  package static func number(_ name: String) -> Self { Self(name: name, kind: .number) }
  package static func boolean(_ name: String) -> Self { Self(name: name, kind: .boolean) }
}

extension ComparedTable.Quantity {
  /// A column whose interval stands in columns of its name: `median_ns`, `median_low_ns`.
  package static func nanoseconds(_ name: String) -> Self {
    Self(column: "\(name)_ns", bounds: ("\(name)_low_ns", "\(name)_high_ns"), unit: "ns")
  }

  package static func slowdown(_ name: String) -> Self {
    Self(column: name, bounds: ("\(name)_low", "\(name)_high"), unit: "x")
  }

  package static let rate = Self(
    column: "operations_per_second",
    bounds: ("operations_per_second_low", "operations_per_second_high"), unit: "1/s", largerIsSlower: false)
}
