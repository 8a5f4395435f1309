import CAtomics
import CHost

/// One look at the state of the core, some microseconds long.
public struct Probe: Sendable, Equatable {
  /// Core cycles a TSC tick, from a chain of dependent adds: the frequency the core runs at.
  public var corePerTick: Double
  /// Independent adds a core cycle: drops while an SMT sibling is busy, seen or hidden.
  public var addsPerCycle: Double
  /// Gaps between TSC readings above the threshold.
  public var gaps: Int

  public init(corePerTick: Double, addsPerCycle: Double, gaps: Int) {
    self.corePerTick = corePerTick
    self.addsPerCycle = addsPerCycle
    self.gaps = gaps
  }

  /// Runs the three probes on the calling thread. `ticksPerMicrosecond` scales the gap probe.
  public static func take(ticksPerMicrosecond: Double) -> Probe {
    let corePerTick = 1 / ticksPerAdd(catomics_dependent_adds)
    let gaps = catomics_look_for_gaps(
      UInt64(DisturbanceRule.gapWindowUs * ticksPerMicrosecond),
      UInt64(DisturbanceRule.gapThresholdUs * ticksPerMicrosecond))
    return Probe(
      corePerTick: corePerTick,
      addsPerCycle: 1 / ticksPerAdd(catomics_independent_adds) / corePerTick,
      gaps: Int(gaps.gaps))
  }

  /// The slope between two lengths of the probe, the median of three.
  private static func ticksPerAdd(_ function: @escaping catomics_function) -> Double {
    var unused: UInt64 = 0
    let (short, long) = (16, 80)
    var slopes: [Double] = []
    for _ in 0..<3 {
      let first = catomics_time(function, &unused, UInt64(short), nil).ticks
      let second = catomics_time(function, &unused, UInt64(long), nil).ticks
      let adds = (long - short) * Int(CATOMICS_PROBE_ADDS)
      slopes.append(max(1, Double(second) - Double(first)) / Double(adds))
    }
    return Order.median(slopes)!
  }
}

/// Why a group of samples does not count.
public enum Disturbance: String, Sendable, CaseIterable, Codable {
  /// Linux switched the thread out, moved it, or stopped the process.
  case preempted
  /// The TSC probe beside the group saw the core taken away.
  case gap
  /// The core's frequency was not the same before and after.
  case frequency
  /// Independent adds ran slower than this run's usual: something shares the core.
  case sharedCore = "shared-core"
}

/// When a group of samples is left out of the estimates. Recorded in full in every run.
public struct DisturbanceRule: Sendable, Codable, Equatable {
  /// Largest change of core cycles a TSC tick across the group, as a share.
  public var frequencyChange = 0.04
  /// Least share of the run's typical independent-add throughput.
  public var throughputShare = 0.85

  static let gapWindowUs = 20.0
  static let gapThresholdUs = 3.0

  /// The throughput that an undisturbed core reaches here: the 75th percentile of the CPU's probes so far.
  public private(set) var typicalAddsPerCycle: Double

  public init(typicalAddsPerCycle: Double) { self.typicalAddsPerCycle = typicalAddsPerCycle }

  /// Watches the core for some milliseconds to learn its undisturbed throughput.
  public static func learned(ticksPerMicrosecond: Double) -> DisturbanceRule {
    var rule = DisturbanceRule(typicalAddsPerCycle: 0)
    rule.learn(
      (0..<100).map { _ in Probe.take(ticksPerMicrosecond: ticksPerMicrosecond).addsPerCycle })
    return rule
  }

  /// Takes the typical throughput from these probes.
  public mutating func learn(_ addsPerCycle: [Double]) {
    guard let typical = Order.quantile(0.75, ofSorted: addsPerCycle.sorted()) else { return }
    typicalAddsPerCycle = typical
  }

  /// What disturbed a group, from the probes at its ends and what Linux counted in between.
  public func judge(before: Probe, after: Probe, preempted: Bool) -> Set<Disturbance> {
    var found: Set<Disturbance> = []
    if preempted { found.insert(.preempted) }
    if before.gaps + after.gaps > 0 { found.insert(.gap) }
    if abs(after.corePerTick / before.corePerTick - 1) > frequencyChange { found.insert(.frequency) }
    if min(before.addsPerCycle, after.addsPerCycle) < throughputShare * typicalAddsPerCycle {
      found.insert(.sharedCore)
    }
    return found
  }

  /// The rule in words, for the record.
  public static var inWords: String {
    let rule = DisturbanceRule(typicalAddsPerCycle: 0)
    return
      "A group of samples is left out if the thread was switched out or moved, if the process was stopped, if a TSC gap over"
      + " \(gapThresholdUs) us was seen in the \(gapWindowUs) us before or after it, if core cycles per TSC tick"
      + " changed by more than \(rule.frequencyChange) of their value, or if independent adds reached less than"
      + " \(rule.throughputShare) of the CPU's typical number a cycle. Where that leaves a cell fewer"
      + " than \(CellRecord.enoughCalmRounds) rounds and fewer than half, all are used, and the row says so."
  }
}
