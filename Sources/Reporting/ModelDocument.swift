import Measurement
import PolicyModel

/// What `splitbench model` found out, for `--json`. Counts are means of a replicate.
public struct ModelDocument: Encodable {
  public static let schemaVersion = 1

  var schemaVersion = ModelDocument.schemaVersion
  var scenario: String
  var summary: String
  var seconds: Int
  var replicates: Int
  var seed: UInt64
  var costs: CostsUsed
  var bystander: String?
  var guests: Int
  var policies: [Outcome]
  /// Policies that cannot be on a host with such CPUs.
  var notApplicable: [Obstacle]

  struct Obstacle: Encodable {
    var policy: String
    var reason: String
  }

  /// Split locks of a guest that KVM handled silently.
  struct GuestCounter: Encodable {
    var guest: String
    var count: Double
  }

  struct CostsUsed: Encodable {
    var run: String
    var splitLockNs, trapNs, dbTrapNs, msrWriteNs, vmExitNs: Int
    var sources: [String]
    var stallShare: Double?
  }

  struct Outcome: Encodable {
    var policy: String
    /// Replicates in which somebody wanted to take split locks.
    var hostsWithOffenders: Int
    var throughputShare, throughputShareLow, throughputShareHigh: Double?
    var detectedShare, waitedShare: Double?
    var firstDetectionMs: Double?
    var splitLocksPerSecond, msrWritesPerSecond, togglesPerSecond: Double
    var alignmentChecks, busLockTraps, busLockExits, spurious: Double
    var sigbusTasks, sigbusInGuests, guestsKilled, oopses: Double
    var guestCounter, traceEvents, ipis, logLines, coresOff: Double
    /// Those that are not 0.
    var guestCounters: [GuestCounter]
    var busLockedShare: Double
    var bystanderSlowdown, bystanderSlowdownLow, bystanderSlowdownHigh: Double?
    /// That of the worst replicate.
    var mostBystanderSlowdown: Double?
  }

  /// - Parameters:
  ///   - absent: policies that cannot be on the scenario's host.
  ///   - costs: with what the scenario states of its own.
  public init(
    _ scenario: Scenario, _ summaries: [ReplicateSummary], absent: [PolicyChoice] = [], costs: Costs,
    seed: UInt64
  ) {
    self.scenario = scenario.name
    summary = scenario.summary
    seconds = scenario.seconds
    replicates = summaries.first?.replicates ?? 0
    self.seed = seed
    let victim = costs.victim(of: scenario)
    bystander = victim
    guests = scenario.guestNames.count
    self.costs = CostsUsed(
      run: costs.run, splitLockNs: costs.splitLock.ns, trapNs: costs.alignmentCheck.ns,
      dbTrapNs: costs.busLockTrap.ns, msrWriteNs: costs.msrWrite.ns, vmExitNs: costs.vmExit.ns,
      sources: costs.sources,
      stallShare: victim.flatMap { costs.stallShares[$0] }.map(ModelDocument.number))
    policies = summaries.map { Outcome($0, scenario, costs, victim) }
    notApplicable = absent.map { Obstacle(policy: $0.id, reason: $0.obstacle(on: scenario.host) ?? "") }
  }

  fileprivate static func number(_ millionths: Int) -> Double { Double(millionths) / Double(Fixed.million) }
  fileprivate static func ends(_ range: ClosedRange<Int>?) -> (low: Double?, high: Double?) {
    (range.map { number($0.lowerBound) }, range.map { number($0.upperBound) })
  }
}

extension ModelDocument.Outcome {
  init(_ summary: ReplicateSummary, _ scenario: Scenario, _ costs: Costs, _ victim: String?) {
    let total = summary.total
    let time = scenario.seconds * max(1, summary.replicates)
    func mean(_ count: Int) -> Double { Double(count) / Double(max(1, summary.replicates)) }
    func rate(_ count: Int) -> Double { Double(count) / Double(time) }
    func slowdown(_ share: Int) -> Int? {
      victim.flatMap { costs.slowdown(of: $0, lockedShare: share) }
    }
    policy = summary.policy.id
    hostsWithOffenders = summary.hosts
    let done = summary.range(of: \.throughputShare)
    throughputShare = total.throughputShare.map(ModelDocument.number)
    (throughputShareLow, throughputShareHigh) = ModelDocument.ends(done)
    detectedShare = total.detectedShare.map(ModelDocument.number)
    waitedShare = total.waitedShare.map(ModelDocument.number)
    firstDetectionMs = summary.firstDetection.map(ModelDocument.number)
    splitLocksPerSecond = rate(total.performed)
    msrWritesPerSecond = rate(total.msrWrites)
    togglesPerSecond = rate(total.toggles)
    (alignmentChecks, busLockTraps) = (mean(total.alignmentChecks), mean(total.busLockTraps))
    (busLockExits, spurious) = (mean(total.busLockExits), mean(total.spurious))
    (sigbusTasks, sigbusInGuests) = (mean(total.sigbusTasks), mean(total.sigbusInGuests))
    (guestsKilled, oopses) = (mean(total.guestsKilled), mean(total.oopses))
    (guestCounter, traceEvents) = (mean(total.guestCounter), mean(total.traceEvents))
    guestCounters = zip(scenario.guestNames, total.guestCounters).filter { $0.1 > 0 }
      .map { .init(guest: $0, count: mean($1)) }
    ipis = mean(total.ipis)
    (logLines, coresOff) = (mean(total.logLines), mean(total.coresOff))
    let share = total.busLockedShare(seconds: time, costs)
    busLockedShare = ModelDocument.number(share)
    bystanderSlowdown = slowdown(share).map(ModelDocument.number)
    let pays = summary.range { slowdown($0.busLockedShare(seconds: time, costs)) }
    (bystanderSlowdownLow, bystanderSlowdownHigh) = ModelDocument.ends(pays)
    mostBystanderSlowdown = slowdown(summary.mostBusLockedShare(seconds: scenario.seconds, costs))
      .map(ModelDocument.number)
  }
}
