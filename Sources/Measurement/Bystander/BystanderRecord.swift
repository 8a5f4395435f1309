import LockKernels
import Machine

/// All that a run knows of one victim beside one aggressor.
public struct BystanderRecord: Sendable {
  public let cell: BystanderCell
  public private(set) var rounds: [Round] = []
  public private(set) var busLocks = 0
  public private(set) var trap: Trap?
  /// What was asked of the aggressor, in operations a second; nil of `idle`.
  public internal(set) var requestedRate: Double?

  /// Control, treated, control, one behind the other.
  public struct Round: Sendable {
    public var number: Int
    /// TSC ticks an operation of the victim.
    public var controlTicks: Double
    public var treatedTicks: Double
    /// Operations of the aggressor in a TSC tick, in the treated slice.
    public var rate: Double
    public var isDisturbed: Bool
    /// Whether the aggressor worked from the victim's first operation to its last.
    public var hasOverlapped: Bool
    var slowdown: Double { treatedTicks / controlTicks }
  }

  init(_ cell: BystanderCell) { self.cell = cell }

  mutating func add(_ round: Round, busLocks count: Int) {
    rounds.append(round)
    busLocks += count
  }

  mutating func add(_ trap: Trap) { self.trap = trap }

  /// Rounds that count: undisturbed ones, or all where too few are left.
  public var usedRounds: [Round] {
    let overlapped = rounds.filter(\.hasOverlapped)
    let calm = overlapped.filter { !$0.isDisturbed }
    return usesDisturbedRounds ? overlapped : calm
  }

  public var usesDisturbedRounds: Bool {
    let overlapped = rounds.filter(\.hasOverlapped)
    let calm = overlapped.count { !$0.isDisturbed }
    return calm < overlapped.count && calm < CellRecord.enoughCalmRounds
  }

  /// Treated over control, over the rounds that count.
  public var slowdown: Estimate? { Bootstrap.estimate(rounds: usedRounds.map(\.slowdown)) }
}
