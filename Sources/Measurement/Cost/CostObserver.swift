/// Learns of each round as it ends, so that what was measured is on disk before the next begins.
public protocol CostObserver {
  /// - Parameter groups: what the round gave, in order of measurement, with the number of the cell.
  mutating func finishedRound(
    _ experiment: CostExperiment, groups: [(cell: Int, group: Group)]
  ) throws
  /// Called between cells.
  mutating func advanced(_ progress: CostProgress)
}

/// How far a run is.
public struct CostProgress: Sendable {
  public let phase: String
  /// Share of the work done, 0 to 1.
  public let done: Double
  public let secondsLeft: Double

  init(phase: String, done: Double, secondsLeft: Double) {
    self.phase = phase
    self.done = min(1, max(0, done))
    self.secondsLeft = max(0, secondsLeft)
  }
}
