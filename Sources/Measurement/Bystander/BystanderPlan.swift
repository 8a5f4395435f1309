import LockKernels
import Machine

/// One victim beside one aggressor: a row of `bystander.csv`.
public struct BystanderCell: Sendable, Hashable {
  public var pair: RelatedPair
  public var victim: Victim
  public var aggressor: Aggressor
  /// Share of the time that the aggressor's operations would hold the bus, 0 to 1; for `aligned-atomic` that of split
  /// locks at its rate. 0 of `idle`.
  public var fraction: Double

  public init(pair: RelatedPair, victim: Victim, aggressor: Aggressor, fraction: Double) {
    self.pair = pair
    self.victim = victim
    self.aggressor = aggressor
    self.fraction = fraction
  }

  /// What the victim is compared with: the same pace of aligned operations, so that boost, SMT and pacing cancel; and
  /// nothing at all where the aggressor takes no bus locks.
  var control: Aggressor { aggressor.takesBusLocks ? .alignedAtomic : .idle }
}

/// Which victims are measured beside which aggressors, how long, and how often.
public struct BystanderPlan: Sendable {
  public var pairs: [RelatedPair]
  public var victims: [Victim]
  /// NUMA node of the victims' memory; nil is that of the victim's CPU.
  public var victimNode: Int?
  public var share: Plan.Share

  public init(
    pairs: [RelatedPair], victims: [Victim] = Victim.allCases, victimNode: Int? = nil, share: Plan.Share
  ) {
    self.pairs = pairs
    self.victims = victims
    self.victimNode = victimNode
    self.share = share
  }

  /// Locked-bus fractions of the ladder.
  public static let ladder = [0.003, 0.01, 0.03, 0.1, 0.3, 1]
  /// A victim that takes bus locks itself would spend the budget beside slow aggressors, whose slices are long.
  static let leastFractionBesideBusLocks = 0.1
  /// How many times the planned locked time of a visit has to be left.
  static let margin = 2.0
  /// Operations of the aggressor that one slice holds, at least.
  static let operationsPerSlice = 20.0
  /// Shortest slice and what every slice begins with, not counted, in seconds: shorter where the bus is locked for much of
  /// it, so that there can be many.
  static let shortest = (
    quiet: (slice: 0.001, leadIn: 0.0001), locked: (slice: 0.0003, leadIn: 0.00005),
    ownLocks: (slice: 0.0002, leadIn: 0.00002)
  )

  /// What one visit to a victim measures.
  public func cells(_ pair: RelatedPair, _ victim: Victim) -> [BystanderCell] {
    let ladder = BystanderPlan.ladder.filter {
      !victim.takesBusLocks || $0 >= BystanderPlan.leastFractionBesideBusLocks
    }
    return [
      BystanderCell(pair: pair, victim: victim, aggressor: .idle, fraction: 0),
      BystanderCell(pair: pair, victim: victim, aggressor: .alignedAtomic, fraction: 1),
    ] + ladder.map { BystanderCell(pair: pair, victim: victim, aggressor: .lineSplit, fraction: $0) }
      + [BystanderCell(pair: pair, victim: victim, aggressor: .pageSplit, fraction: 1)]
  }

  /// How many cells there are, without making them: all pairs of a large machine have millions.
  public var cellCount: Int {
    guard let pair = pairs.first else { return 0 }
    return pairs.count * victims.reduce(0) { $0 + cells(pair, $1).count }
  }

  public var cells: [BystanderCell] { pairs.flatMap { pair in victims.flatMap { cells(pair, $0) } } }

  /// Lengths in seconds of a slice, long enough for the aggressor's operations, of which each takes `cost` seconds, and of
  /// what it begins with.
  static func slice(_ cell: BystanderCell, cost: Double) -> (slice: Double, leadIn: Double) {
    let least =
      cell.victim.takesBusLocks
      ? shortest.ownLocks
      : cell.aggressor.takesBusLocks && cell.fraction > 0.1 ? shortest.locked : shortest.quiet
    guard cell.fraction > 0 else { return least }
    return (max(least.slice, operationsPerSlice * cost / cell.fraction), least.leadIn)
  }

  /// Locked time of one visit to a cell, in seconds, the victim's own included: one treated slice and two for control.
  static func lockedTime(_ cell: BystanderCell, cost: Double) -> Double {
    let (slice, leadIn) = slice(cell, cost: cost)
    return (cell.aggressor.takesBusLocks ? (slice + leadIn) * cell.fraction : 0)
      + (cell.victim.takesBusLocks ? 3 * (slice + leadIn) : 0)
  }
}
