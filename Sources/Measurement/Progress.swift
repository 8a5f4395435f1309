/// How far a run is.
public struct Progress: Sendable {
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
