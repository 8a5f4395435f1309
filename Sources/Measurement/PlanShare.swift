extension Plan {
  /// What one experiment gets of a plan.
  public struct Share: Sendable, Equatable {
    /// Rounds at most, where it goes by rounds.
    public var rounds: Int
    /// Upper bound on locked time, in seconds.
    public var budget: Double
    /// No round is begun after so many seconds.
    public var wallLimit: Double
  }

  /// - Parameter chosen: the experiments of the run, among which its budget is divided.
  public func share(of experiment: ExperimentId, among chosen: [ExperimentId]) -> Share {
    let whole = chosen.reduce(0) { $0 + $1.lockedPart }
    let bounds = experiment.bounds(name)
    return Share(
      rounds: givenRounds ?? bounds.rounds, budget: budget * experiment.lockedPart / whole,
      wallLimit: bounds.seconds)
  }
}
