import Comparison
import Measurement
import RealModule
import Reporting
import StoredRuns

/// The cells of all sides, matched by what describes them.
struct MatchedCells {
  struct Cell {
    let key: CellKey
    let table: ComparedTable
    /// Whether the key has CPUs by number.
    let byCpu: Bool
    /// What describes the table's cells, in the order of the key.
    let columns: [ComparedTable.Key]
    /// By side and run; nil where the run has no number.
    var sides: [[Estimate?]]
    /// By side: what operations met, without repetition.
    var answers: [Set<String>]
  }

  /// Those that the first side and another have measured.
  private(set) var compared: [Cell] = []
  /// Those that a side lacks and another has.
  private(set) var unmatched: [Cell] = []
  /// Those of which sides say in words what operations met, at least two of them.
  private(set) var answered: [Cell] = []
  /// Whether uniform cores were held against performance cores.
  private(set) var heldAgainstPerformance = false

  var differentAnswers: [Cell] { answered.filter(\.hasDifferentAnswers) }

  /// - Parameter usesRounds: whether costs are taken from raw timings; else from the tables.
  init(
    _ sides: [Side], experiments: [ExperimentId], filter: CellFilter, usesRounds: Bool
  ) throws {
    for table in ComparedTable.all where experiments.contains(table.experiment) {
      let rule = MatchRule(sides, sameCpus: try MatchedCells.haveSameCpus(sides, table))
      heldAgainstPerformance = heldAgainstPerformance || rule.uniformIsPerformance
      for cell in try MatchedCells.cells(sides, table, rule, usesRounds) {
        guard filter.admits(cell.key.values, of: cell.columns) else { continue }
        let measured = sides.indices.filter(cell.isMeasured)
        if cell.hasNumbers, measured.contains(0), measured.count > 1 || sides.count == 1 {
          compared.append(cell)
        }
        if measured.count < sides.count, !measured.isEmpty { unmatched.append(cell) }
        if cell.answers.count(where: { !$0.isEmpty }) > 1 { answered.append(cell) }
      }
    }
  }

  private static func cells(
    _ sides: [Side], _ table: ComparedTable, _ rule: MatchRule, _ usesRounds: Bool
  ) throws -> [Cell] {
    let columns = table.columns(byCpu: rule.byCpu)
    var order: [CellKey] = []
    var cells: [CellKey: Cell] = [:]
    for (sideIndex, side) in sides.enumerated() {
      for (runIndex, run) in side.runs.enumerated() where run.has(table.file) {
        let rounds =
          usesRounds && table.experiment == .cost ? try SampleRounds.estimates(run) : [:]
        let found = try RunCells(run, table, rule, rounds: rounds)
        for key in found.keys {
          if cells[key] == nil {
            order.append(key)
            cells[key] = Cell(
              key: key, table: table, byCpu: rule.byCpu, columns: columns,
              sides: sides.map { Array(repeating: nil, count: $0.runs.count) },
              answers: sides.map { _ in [] })
          }
          let content = found.contents[key]!
          cells[key]!.sides[sideIndex][runIndex] = content.estimate
          cells[key]!.answers[sideIndex].formUnion(content.answers)
        }
      }
    }
    return order.map { cells[$0]! }
  }

  /// Whether every run that has the table measured the same CPUs.
  private static func haveSameCpus(_ sides: [Side], _ table: ComparedTable) throws -> Bool {
    var first: Set<[Int?]>?
    for run in sides.flatMap(\.runs) where run.has(table.file) {
      let stored = try run.table(table.file, columns: table.cpus.map(\.number))
      let columns = try table.cpus.map { try stored.integers($0.number) }
      let cpus = Set((0..<stored.rowCount).map { row in columns.map { $0[row] } })
      if let first, first != cpus { return false }
      first = cpus
    }
    return true
  }
}

extension MatchedCells.Cell {
  func value(_ column: String) -> String? {
    columns.firstIndex { $0.name == column }.map { key.values[$0] }
  }

  /// Whether any side has a number; otherwise there are words alone.
  var hasNumbers: Bool { sides.contains { $0.contains { $0 != nil } } }

  func isMeasured(_ side: Int) -> Bool {
    hasNumbers ? sides[side].contains { $0 != nil } : !answers[side].isEmpty
  }

  /// The geometric mean over a side's runs; nil where none has a number.
  func mean(_ side: Int) -> Double? {
    let logs = sides[side].compactMap { $0.map { Double.log($0.value) } }
    return logs.isEmpty ? nil : Double.exp(logs.reduce(0, +) / Double(logs.count))
  }

  /// Of the sides that say something.
  var hasDifferentAnswers: Bool { Set(answers.filter { !$0.isEmpty }).count > 1 }

  /// What operations met on a side; nil where it does not say.
  func answer(_ side: Int) -> String? {
    answers[side].isEmpty ? nil : answers[side].sorted().joined(separator: " / ")
  }

  /// As the statistics see it.
  ///
  /// - Precondition: the table has a quantity.
  func forComparison(_ sides: [Side]) -> ComparedCell {
    ComparedCell(
      family: table.name, largerIsSlower: table.quantity!.largerIsSlower,
      sides: zip(sides, self.sides).map { side, runs in
        side.units.map { unit in MatchedCells.Cell.mean(unit.compactMap { runs[$0] }) }
      })
  }

  /// Of several the geometric mean, without an interval: their rounds say nothing of what differs between runs.
  private static func mean(_ runs: [Estimate]) -> Estimate? {
    guard runs.count > 1 else { return runs.first }
    let logs = runs.map { Double.log($0.value) }
    return Estimate(
      value: Double.exp(logs.reduce(0, +) / Double(logs.count)), low: nil, high: nil, rounds: runs[0].rounds)
  }
}
