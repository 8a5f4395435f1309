/// How much is measured: cells, repetition and bounds.
public struct Plan: Sendable {
  public enum Name: String, Sendable, CaseIterable { case quick, standard, thorough }

  public var name: Name
  /// Rounds over all cells, at least. While headline cells are imprecise and time is left, more follow, over these and a
  /// random part of the others.
  public var rounds: Int
  /// Rounds at most.
  public var mostRounds: Int
  /// The part of the other cells in a round that follows for precision. Cells that only headline cells surround would be
  /// measured on a bus, and a core, in another state.
  public static let extendedPart = 0.25
  /// Rounds that were asked for, of every experiment.
  public var givenRounds: Int?
  /// Upper bound on locked time, in seconds.
  public var budget: Double
  /// No round is begun after so many seconds.
  public var wallLimit: Double
  /// Samples in one visit to a cell that takes no bus locks; one that does has one.
  public var samplesPerVisit = 3
  /// Singly timed operations in one visit to a split cell, at most.
  public var singlesPerRound: Int
  /// Half-width of the interval at which headline cells are done, as a share of the value.
  public var headlinePrecision = 0.01
  /// Visits to a headline cell in one round, each at another address and time: fewer where each takes bus locks.
  public var headlineVisits = (split: 4, others: 12)
  /// Bus locks that one headline cell may take in all.
  public var headlineBusLocks = 20_000

  public init(_ name: Name) {
    self.name = name
    switch name {
    case .quick: (rounds, mostRounds, budget, wallLimit, singlesPerRound) = (8, 60, 0.5, 10, 6)
    case .standard: (rounds, mostRounds, budget, wallLimit, singlesPerRound) = (40, 300, 2, 60, 6)
    case .thorough: (rounds, mostRounds, budget, wallLimit, singlesPerRound) = (40, 300, 20, 900, 30)
    }
  }

  /// The longest run of split locks, in seconds, and the least share of rest behind it.
  public static let longestBurst = 0.010
  /// An operation this long, in seconds, that nothing explains ends the run.
  public static let unexplainedDelay = 0.100
}
