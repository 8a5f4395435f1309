import Measurement
import RealModule

/// Whether cells differ between sides, each further side held against the first.
public struct Comparison: Sendable {
  public let rules: Rules
  /// How many tests p was adjusted to.
  public let tests: Int
  public let pairs: [SidePair]
  private let logs: [RunLogs]
  private let families: [[Int]]

  /// - Parameter cells: with at least two sides each, all with the same numbers of runs.
  public init(_ cells: [ComparedCell], rules: Rules) {
    self.rules = rules
    let sides = cells.first.map { $0.sides.count } ?? 0
    let logs = (0..<sides).map { RunLogs(cells, side: $0) }
    self.logs = logs
    let families = Comparison.families(cells)
    self.families = families
    let tested = (1..<max(1, sides)).map { TestedPair(cells, logs, second: $0, families: families) }
    let p = tested.flatMap { pair in pair.tests.compactMap { $0?.p } }
    let adjusted = rules.adjustment.adjusted(p)
    tests = p.count
    let judge = Judge(rules: rules, tests: p.count)
    var next = 0
    pairs = tested.map { pair in
      let count = pair.tests.count { $0 != nil }
      defer { next += count }
      return pair.judged(by: judge, cells, adjusted: adjusted[next..<next + count])
    }
  }

  /// The geometric mean of some cells, of those that every run has which has any of them.
  public func groupMean(of cells: [Int], pair: Int) -> GroupMean? {
    GroupMean(cells, first: logs[0], second: logs[pair + 1], basis: pairs[pair].basis)
  }

  /// What splitting a side's own runs shows, which stand in the order of time; nil with fewer than six of them, or no cell.
  public func selfCheck(side: Int) -> SelfCheck? {
    logs.indices.contains(side) ? SelfCheck(logs[side], families: families, rules: rules) : nil
  }

  private static func families(_ cells: [ComparedCell]) -> [[Int]] {
    Dictionary(grouping: cells.indices) { cells[$0].family }.sorted { $0.key < $1.key }.map(\.value)
  }
}
