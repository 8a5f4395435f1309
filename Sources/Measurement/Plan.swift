/// How much is measured: cells, repetition and bounds.
public struct Plan: Sendable, Equatable {
  public enum Name: String, Sendable, CaseIterable { case quick, standard, thorough }

  public var name: Name
  /// Rounds over all cells, at least; more follow while headline cells are imprecise and time is left.
  public var rounds: Int
  /// Rounds at most.
  public var mostRounds: Int
  /// Upper bound on locked time, in seconds.
  public var budget: Double
  /// No round is begun after so many seconds.
  public var wallLimit: Double
  /// Samples of one cell in one round, at most.
  public var samplesPerRound = 4
  /// Singly timed operations of one split cell in one round, at most.
  public var singlesPerRound: Int
  /// Half-width of the interval at which headline cells are done, as a share of the value.
  public var headlinePrecision = 0.01
  /// Visits to a headline cell in one round, each at another address and time.
  public var headlineVisits = 4
  /// Bus locks that one headline cell may take in all.
  public var headlineBusLocks = 20_000

  public init(_ name: Name) {
    self.name = name
    switch name {
    case .quick: (rounds, mostRounds, budget, wallLimit, singlesPerRound) = (8, 40, 0.5, 10, 8)
    case .standard: (rounds, mostRounds, budget, wallLimit, singlesPerRound) = (40, 80, 2, 60, 8)
    case .thorough: (rounds, mostRounds, budget, wallLimit, singlesPerRound) = (40, 80, 20, 900, 30)
    }
  }

  /// The longest run of split locks, in seconds, and the least share of rest behind it.
  public static let longestBurst = 0.010
  /// An operation this long, in seconds, that nothing explains ends the run.
  public static let unexplainedDelay = 0.100
}
