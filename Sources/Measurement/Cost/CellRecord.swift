import RealModule

/// All that a run knows of one cell.
public struct CellRecord: Sendable {
  public let cell: Cell
  /// Stable number of the cell in its run; samples refer to it.
  public let index: Int
  public let isHeadline: Bool
  public private(set) var rounds: [Round] = []
  private var calmSingles: [UInt64] = []
  private var disturbedSingles: [UInt64] = []
  public private(set) var operations = 0
  public private(set) var traps: [Trap] = []
  /// Timed calls that took milliseconds longer than silicon's cost explains.
  public private(set) var delayedCount = 0
  private var batchTicks: UInt64 = 0
  private var batchOperations = 0
  private(set) var busLocks = 0
  private var busLocksPerOperation: [Double] = []
  private var visitCount = 0
  /// Why the cell sat out the last round in which it was not measured.
  public var satOut: String?

  /// One round's numbers: those of its undisturbed visits, or of all where every visit was disturbed.
  public struct Round: Sendable {
    public let number: Int
    private var visits: [Visit]

    struct Visit: Sendable {
      var ticks: Double
      var coreCycles: Double
      var pmuCycles: Double?
      var meanTicks: Double
      var sampleCount: Int
      var isDisturbed: Bool
    }

    init(number: Int, visit: Visit) {
      self.number = number
      visits = [visit]
    }

    mutating func add(_ visit: Visit) { visits.append(visit) }

    public var isDisturbed: Bool { visits.allSatisfy(\.isDisturbed) }
    private var used: [Visit] { isDisturbed ? visits : visits.filter { !$0.isDisturbed } }

    /// TSC ticks an operation.
    public var ticks: Double { Order.median(used.map(\.ticks))! }
    public var coreCycles: Double { Order.median(used.map(\.coreCycles))! }
    public var pmuCycles: Double? { Order.median(used.compactMap(\.pmuCycles)) }
    public var sampleCount: Int { used.reduce(0) { $0 + $1.sampleCount } }
    var totalTicks: Double { used.reduce(0) { $0 + $1.meanTicks * Double($1.sampleCount) } }
  }

  public init(cell: Cell, index: Int, isHeadline: Bool) {
    self.cell = cell
    self.index = index
    self.isHeadline = isHeadline
  }

  /// Whether anything was timed, be it disturbed beyond use: a timing stretched so far that the slope is not above zero.
  public private(set) var isTimed = false

  /// Whether anything was measured, be it a trap.
  public var isMeasured: Bool { !rounds.isEmpty || !traps.isEmpty }

  /// So many traps settle that a cell traps.
  private static let trapsToBeSure = 3
  /// Whether more operations would only trap again.
  public var isSettledAsTrapped: Bool { traps.count >= CellRecord.trapsToBeSure }

  /// Operations timed one by one, in TSC ticks: the undisturbed, or all where disturbed rounds are used.
  public var singles: [UInt64] { usesDisturbedRounds ? calmSingles + disturbedSingles : calmSingles }

  /// Whether delays belong to the cell and are not one stray event: 5 % of its visits saw one.
  public var isDelayed: Bool { delayedCount > 0 && delayedCount * 20 >= visitCount }

  /// Takes in a round's group.
  public mutating func add(_ group: Group) {
    visitCount += 1
    operations += group.operations
    if cell.takesBusLock { busLocks += group.operations }
    batchTicks += group.batchTicks
    batchOperations += group.batchOperations
    delayedCount += group.delayedCalls
    if let trap = group.trap { traps.append(trap) }
    if group.disturbances.isEmpty {
      calmSingles += group.singles
    } else {
      disturbedSingles += group.singles
    }
    if let count = group.busLocksPerOperation { busLocksPerOperation.append(count) }
    if !group.samples.isEmpty || !group.singles.isEmpty { isTimed = true }
    guard let median = group.medianTicks else { return }
    let values =
      group.samples.isEmpty
      ? group.singles.map { Double($0) } : group.samples.map(\.ticksPerOperation)
    let visit = Round.Visit(
      ticks: median, coreCycles: median * group.corePerTick,
      pmuCycles: group.pmuCyclesPerOperation,
      meanTicks: values.reduce(0, +) / Double(values.count), sampleCount: values.count,
      isDisturbed: !group.disturbances.isEmpty)
    if rounds.last?.number == group.round {
      rounds[rounds.count - 1].add(visit)
    } else {
      rounds.append(Round(number: group.round, visit: visit))
    }
  }

  /// So many undisturbed rounds are enough to leave the disturbed ones out.
  static let enoughCalmRounds = 8

  /// Whether more rounds were disturbed than not.
  public var isMostlyDisturbed: Bool { calmRounds.count * 2 < rounds.count }

  /// Whether there are too few undisturbed rounds to go by them alone.
  public var usesDisturbedRounds: Bool {
    isMostlyDisturbed && calmRounds.count < CellRecord.enoughCalmRounds
  }

  private var calmRounds: [Round] { rounds.filter { !$0.isDisturbed } }

  /// The rounds that count.
  public var usedRounds: [Round] { usesDisturbedRounds ? rounds : calmRounds }

  /// TSC ticks an operation.
  public var ticks: Estimate? { Estimate(rounds: usedRounds.map(\.ticks)) }

  /// Core cycles an operation, counted by the PMU or derived from the add chain.
  public var coreCycles: (estimate: Estimate, source: CoreCycleSource)? {
    if let counted = Estimate(rounds: usedRounds.compactMap(\.pmuCycles)) { return (counted, .pmu) }
    return Estimate(rounds: usedRounds.map(\.coreCycles)).map { ($0, .addChain) }
  }

  /// Operations a TSC tick over all batches, disturbed or not.
  public var operationsPerTick: Double? {
    batchTicks > 0 ? Double(batchOperations) / Double(batchTicks) : nil
  }

  /// Bus locks an operation as counted, nil without a PMU.
  public var countedBusLocks: Double? { Order.median(busLocksPerOperation) }

  /// The cost over that of another cell, from the rounds in which both counted: disturbance makes cheap kernels dearer
  /// and split locks not, so neither side may use rounds that the other leaves out.
  public func ratio(to other: CellRecord) -> Estimate? {
    let useAll = usesDisturbedRounds || other.usesDisturbedRounds
    let others = Dictionary(
      (useAll ? other.rounds : other.usedRounds).map { ($0.number, $0.ticks) },
      uniquingKeysWith: { first, _ in first })
    return Estimate(
      rounds: (useAll ? rounds : usedRounds).compactMap { round in
        others[round.number].map { round.ticks / $0 }
      })
  }
}

public enum CoreCycleSource: String, Sendable, Codable {
  case pmu
  case addChain = "add-chain"
}
