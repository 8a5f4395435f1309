import Measurement
import RealModule
import Reporting

/// What runs of one machine have measured of the kind of a published number, in its unit.
enum ReferenceCell {
  case measured(Measured)
  /// Why there is nothing to put beside it.
  case none(String)

  struct Measured {
    /// Geometric mean over cells and runs, and the least and the most of them.
    let mean: Double
    let least: Double
    let most: Double
    /// How many numbers that is.
    let count: Int
  }

  init(_ published: PublishedNumber, _ side: Side) throws {
    guard let counterpart = published.counterpart else {
      self = .none("SplitBench measures nothing of the kind")
      return
    }
    let quantity = counterpart.table.quantity!
    guard let factor = ReferenceCell.factor(from: quantity.unit, to: published.unit) else {
      self = .none(
        "measured in \(quantity.unit) (\(quantity.column)), which is not converted to \(published.unit)")
      return
    }
    let numbers = try ReferenceCell.numbers(counterpart, side).map { $0 * factor }
    guard let least = numbers.min(), let most = numbers.max() else {
      let experiment = counterpart.table.experiment.rawValue
      self = .none(
        side.runs.contains { $0.has(counterpart.table.file) }
          ? "not measured: no \(quantity.column) of such cells of \(experiment)"
          : "not measured: these runs are without \(experiment)")
      return
    }
    let logs = numbers.map { Double.log($0) }
    let mean = Double.exp(logs.reduce(0, +) / Double(logs.count))
    self = .measured(Measured(mean: mean, least: least, most: most, count: numbers.count))
  }

  private static func factor(from unit: String, to other: String) -> Double? {
    guard let unit = MeasuredUnit(unit), let other = MeasuredUnit(other) else { return nil }
    return unit.factor(to: other)
  }

  private static func numbers(_ counterpart: PublishedNumber.Counterpart, _ side: Side) throws -> [Double] {
    let table = counterpart.table
    let rule = MatchRule([side], sameCpus: false)
    return try side.runs.filter { $0.has(table.file) }.flatMap { run in
      let cells = try RunCells(run, table, rule, rounds: [:])
      return cells.keys.filter { counterpart.cells.admits($0.values, of: table.columns(byCpu: rule.byCpu)) }
        .compactMap { cells.contents[$0]!.estimate?.value }
    }
  }
}

extension ComparedTable {
  /// The same with another column to compare.
  func comparing(_ column: String) -> ComparedTable {
    var table = self
    table.quantity = Quantity(column: column, unit: MeasuredUnit.name(ofColumn: column) ?? column)
    return table
  }
}
