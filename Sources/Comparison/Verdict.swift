/// What may be said of a cell.
public enum Verdict: Sendable, Equatable {
  case faster
  case slower
  /// The interval lies within the threshold.
  case same
  /// One run a side: the two runs differ, and nothing is known of the machines.
  case runsDiffer
  case undecided(Reason)

  /// Why nothing can be said.
  public enum Reason: Sendable, Equatable {
    /// A side has so few runs.
    case fewRuns(Int)
    /// One run a side, whose difference does not stand out of its rounds.
    case roundsAgree
    /// One run a side, without rounds to go by.
    case noRounds
    /// The difference is real, but perhaps smaller than the threshold.
    case perhapsSmall
    /// The runs vary too much: so many a side would tell a difference of the threshold's size.
    case tooNoisy(runs: Int)
    /// The number comes in steps, and so few runs could not differ by more than chance: so many could.
    case steps(runs: Int)
  }

  /// One word, or a few.
  public var word: String {
    switch self {
    case .faster: "faster"
    case .slower: "slower"
    case .same: "same"
    case .runsDiffer: "runs differ"
    case .undecided: "undecided"
    }
  }
}
