import RealModule

/// The geometric mean of a group of cells, the second side's over the first's.
///
/// Its interval takes one number a run, the mean over the group: what moves all cells of a run together is in it.
public struct GroupMean: Sendable, Equatable {
  /// How many cells stand behind it: those that every run has which has any of the group.
  public var cells: Int
  public var ratio: Ratio

  init?(_ cells: [Int], first: RunLogs, second: RunLogs, basis: SidePair.Basis) {
    let (firstRuns, secondRuns) = (first.runs(of: cells), second.runs(of: cells))
    guard !firstRuns.isEmpty, !secondRuns.isEmpty else { return nil }
    let whole = cells.filter { first.has($0, in: firstRuns) && second.has($0, in: secondRuns) }
    guard !whole.isEmpty else { return nil }
    self.cells = whole.count
    let a = first.summary(ofMean: whole, in: firstRuns)
    let b = second.summary(ofMean: whole, in: secondRuns)
    let isOfMachines = basis == .runs && min(a.count, b.count) >= Rules.fewestRuns
    ratio = isOfMachines ? WelchTest(a, b).ratio : Ratio(value: Double.exp(b.mean - a.mean))
  }
}
