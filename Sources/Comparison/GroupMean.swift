import RealModule

/// The geometric mean of a group of cells, the second side's over the first's.
///
/// Its interval takes one number a run, the mean over the group: what moves all cells of a run together is in it.
public struct GroupMean: Sendable, Equatable {
  /// How many cells stand behind it: those that every run of both sides has.
  public var cells: Int
  public var ratio: Ratio

  init?(_ cells: [Int], first: RunLogs, second: RunLogs, basis: SidePair.Basis) {
    let whole = cells.filter { cell in
      first.of(cell).allSatisfy { !$0.isNaN } && second.of(cell).allSatisfy { !$0.isNaN }
    }
    guard !whole.isEmpty else { return nil }
    self.cells = whole.count
    let (a, b) = (first.summary(ofMean: whole), second.summary(ofMean: whole))
    ratio = basis == .runs ? WelchTest(a, b).ratio : Ratio(value: Double.exp(b.mean - a.mean))
  }
}
