/// Learns of each round as it ends, so that what was measured is on disk before the next begins.
public protocol CostObserver {
  /// - Parameter groups: what the round gave, in order of measurement, with the number of the cell.
  mutating func finishedRound(
    _ experiment: CostExperiment, groups: [(cell: Int, group: Group)]
  ) throws
  /// Called between cells.
  mutating func advanced(_ progress: Progress)
}
