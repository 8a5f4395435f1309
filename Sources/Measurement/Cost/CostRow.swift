import LockKernels

/// One line of `cost.csv`: a cell that was measured, in the units of the file.
public struct CostRow: Sendable {
  public enum Outcome: String, Sendable { case completed, trapped, delayed }

  public enum Verdict: String, Sendable {
    /// The PMU counted one bus lock an operation.
    case splitVerified = "split-verified"
    /// No PMU: that the operation took a bus lock is inferred from its cost only.
    case unverifiedPmu = "unverified-pmu"
    /// The PMU counted another number than the placement implies.
    case pmuContradicts = "pmu-contradicts"
    /// Takes no bus lock, by construction or by count.
    case control
    /// It trapped: whether memory changed before the SIGBUS depends on the kind of trap.
    case trapped
  }

  /// What a reader of the row has to know.
  public enum Warning: String, Sendable, CaseIterable {
    case mostlyDisturbed = "mostly-disturbed"
    case usesDisturbed = "uses-disturbed-rounds"
    case fewRounds = "few-rounds"
    case wideInterval = "wide-interval"
    /// Store forwarding lets plain split operations overlap: their cost is a lower bound.
    case storeForwarding = "lower-bound-store-forwarding"
    /// The time of the work between operations is part of the cost.
    case includesWork = "includes-work"
    /// Single timings, whose cost holds the timer's.
    case includesTimer = "includes-timer"
    /// Linux traps such operations: the cost is not silicon's alone.
    case includesLinuxTrap = "includes-linux-trap"
    /// The slope did not exceed what the timer resolves.
    case belowResolution = "below-resolution"

    public var meaning: String {
      switch self {
      case .mostlyDisturbed: "more than half of the rounds were disturbed"
      case .usesDisturbed: "too few rounds were undisturbed; all were used"
      case .fewRounds: "fewer than \(CostRow.fewestRounds) rounds stand behind the interval"
      case .wideInterval: "the interval is wider than \(Int(CostRow.widestHalfWidth * 100)) % either way"
      case .storeForwarding: "plain split operations overlap: a lower bound on their latency"
      case .includesWork: "the cost holds the independent adds between two operations"
      case .includesTimer: "timed one by one: the cost holds the timer's"
      case .includesLinuxTrap: "Linux traps bus locks here: the cost holds the handler's"
      case .belowResolution: "half a core cycle or less: several operations retire in one cycle"
      }
    }
  }

  public static let fewestRounds = 5
  static let widestHalfWidth = 0.05

  public var cell: Cell
  public var index: Int
  public var isHeadline: Bool
  public var roundCount: Int
  public var disturbedRounds: Int
  public var operations: Int
  public var samples: Int
  public var median: Estimate?
  public var meanNs: Double?
  public var operationsPerSecond: Double?
  public var singles: Singles?
  public var medianTicks: Double?
  public var coreCycles: Double?
  public var coreCyclesSource: CoreCycleSource?
  public var busLocksPerOperation: Double?
  public var ratioToAligned: Estimate?
  public var outcome: Outcome
  public var trapped: Int
  public var delayedCount: Int
  public var verdict: Verdict
  public var warnings: [Warning]

  /// Single operations in ns, timer cost included; a percentile only with ten operations beyond it.
  public struct Singles: Sendable {
    public var count: Int
    public var min: Double
    public var p90: Double?
    public var p99: Double?
    public var p999: Double?
    public var max: Double

    init?(ticks: [UInt64], clock: TscClock) {
      let sorted = ticks.sorted().map { clock.nanoseconds(Double($0)) }
      guard let first = sorted.first, let last = sorted.last else { return nil }
      (count, min, max) = (sorted.count, first, last)
      p90 = Order.tailQuantile(0.9, ofSorted: sorted)
      p99 = Order.tailQuantile(0.99, ofSorted: sorted)
      p999 = Order.tailQuantile(0.999, ofSorted: sorted)
    }
  }
}

extension CostRow {
  /// - Parameter aligned: the record of the same kernel, aligned, if it was measured.
  /// - Parameter linuxTraps: whether Linux's policy traps operations that take bus locks.
  init(_ record: CellRecord, aligned: CellRecord?, clock: TscClock, linuxTraps: Bool = false) {
    let used = record.usedRounds
    let ticks = record.ticks
    cell = record.cell
    index = record.index
    isHeadline = record.isHeadline
    roundCount = used.count
    disturbedRounds = record.rounds.count { $0.isDisturbed }
    operations = record.operations
    samples = used.reduce(0) { $0 + $1.sampleCount }
    median = ticks?.scaled(by: clock.nanoseconds(1))
    let total = used.reduce(0.0) { $0 + $1.totalTicks }
    meanNs = samples > 0 ? clock.nanoseconds(total / Double(samples)) : nil
    operationsPerSecond = record.operationsPerTick.map { $0 / clock.seconds(1) }
    singles = Singles(ticks: record.singles, clock: clock)
    medianTicks = ticks?.value
    coreCycles = record.coreCycles?.estimate.value
    coreCyclesSource = record.coreCycles?.source
    busLocksPerOperation = record.countedBusLocks
    ratioToAligned = aligned.flatMap { record.ratio(to: $0) }
    trapped = record.traps.count
    delayedCount = record.delayedCount
    outcome =
      used.isEmpty && trapped > 0 ? .trapped : record.isDelayed ? .delayed : .completed
    verdict = CostRow.verdict(record)
    warnings = CostRow.warnings(record, median: ticks, operationsPerTick: record.operationsPerTick)
    if linuxTraps && record.cell.takesBusLock { warnings.append(.includesLinuxTrap) }
  }

  static func verdict(_ record: CellRecord) -> Verdict {
    if record.rounds.isEmpty && !record.traps.isEmpty { return .trapped }
    guard let counted = record.countedBusLocks else {
      return record.cell.takesBusLock ? .unverifiedPmu : .control
    }
    let expected = record.cell.takesBusLock ? 1.0 : 0.0
    guard abs(counted - expected) < 0.1 else { return .pmuContradicts }
    return record.cell.takesBusLock ? .splitVerified : .control
  }

  private static func warnings(
    _ record: CellRecord, median: Estimate?, operationsPerTick: Double?
  ) -> [Warning] {
    var warnings: [Warning] = []
    if record.isMostlyDisturbed { warnings.append(.mostlyDisturbed) }
    if record.usesDisturbedRounds { warnings.append(.usesDisturbed) }
    if let median {
      if median.rounds < fewestRounds { warnings.append(.fewRounds) }
      if median.relativeHalfWidth.map({ $0 > widestHalfWidth }) ?? true { warnings.append(.wideInterval) }
      if operationsPerTick == nil { warnings.append(.includesTimer) }
    }
    if let cycles = record.coreCycles?.estimate.value, cycles <= 0.5 { warnings.append(.belowResolution) }
    if record.cell.placement.isSplit && !record.cell.kernel.isLocked { warnings.append(.storeForwarding) }
    if record.cell.between != .nothing { warnings.append(.includesWork) }
    return warnings
  }
}
