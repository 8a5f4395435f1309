import Comparison
import Measurement
import StoredRuns

/// The cells of all sides, matched by what describes them.
struct MatchedCells {
  struct Cell {
    let key: CellKey
    let table: ComparedTable
    /// Whether the key has CPUs by number.
    let byCpu: Bool
    /// By side and run; nil where the run has no number.
    var sides: [[Estimate?]]
    /// By side: what operations met, without repetition.
    var answers: [Set<String>]

    func isMeasured(_ side: Int) -> Bool { sides[side].contains { $0 != nil } }
    var columns: [ComparedTable.Key] { table.columns(byCpu: byCpu) }

    func value(_ column: String) -> String? {
      zip(columns, key.values).first { $0.0.name == column }?.1
    }
  }

  /// Those that at least two sides have measured.
  private(set) var compared: [Cell] = []
  /// Those that the first side, or all others, have not.
  private(set) var unmatched: [Cell] = []
  /// Those of which sides give different answers.
  private(set) var differentAnswers: [Cell] = []
  /// Whether uniform cores were held against performance cores.
  private(set) var heldAgainstPerformance = false

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
        if measured.contains(0) && measured.count > 1 || sides.count == 1 && measured.count == 1 {
          compared.append(cell)
        }
        if measured.count < sides.count && !measured.isEmpty { unmatched.append(cell) }
        if Set(cell.answers.filter { !$0.isEmpty }).count > 1 { differentAnswers.append(cell) }
      }
    }
  }

  private static func cells(
    _ sides: [Side], _ table: ComparedTable, _ rule: MatchRule, _ usesRounds: Bool
  ) throws -> [Cell] {
    var order: [CellKey] = []
    var cells: [CellKey: Cell] = [:]
    for (sideIndex, side) in sides.enumerated() {
      for (runIndex, run) in side.runs.enumerated() where run.has(table.name) {
        let rounds =
          usesRounds && table.experiment == .cost ? try SampleRounds.estimates(run) : [:]
        let found = try RunCells(run, table, rule, rounds: rounds)
        for key in found.keys {
          if cells[key] == nil {
            order.append(key)
            cells[key] = Cell(
              key: key, table: table, byCpu: rule.byCpu,
              sides: sides.map { Array(repeating: nil, count: $0.runs.count) },
              answers: sides.map { _ in [] })
          }
          let content = found.contents[key]!
          cells[key]!.sides[sideIndex][runIndex] = content.estimate
          if let answer = content.answer { cells[key]!.answers[sideIndex].insert(answer) }
        }
      }
    }
    return order.map { cells[$0]! }
  }

  /// Whether every run that has the table measured the same CPUs.
  private static func haveSameCpus(_ sides: [Side], _ table: ComparedTable) throws -> Bool {
    var first: Set<[Int]>?
    for run in sides.flatMap(\.runs) where run.has(table.name) {
      let stored = try run.table(table.name, columns: table.cpus.map(\.number))
      let columns = try table.cpus.map { try stored.filled(stored.integers($0.number)) }
      let cpus = Set((0..<stored.rowCount).map { row in columns.map { $0[row] } })
      if let first, first != cpus { return false }
      first = cpus
    }
    return true
  }
}

extension MatchedCells.Cell {
  /// As the statistics see it.
  var forComparison: ComparedCell {
    ComparedCell(family: table.name, largerIsSlower: table.largerIsSlower, sides: sides)
  }
}
