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
  var policies: [Outcome]

  struct CostsUsed: Encodable {
    var run: String
    var splitLockNs, trapNs, msrWriteNs, vmExitNs: Int
    var sources: [String]
    var stallShare: Double?
  }

  struct Outcome: Encodable {
    var policy: String
    /// Replicates in which somebody wanted to take split locks.
    var hostsWithOffenders: Int
    var throughputShare, detectedShare, waitedShare: Double?
    var firstDetectionMs: Double?
    var splitLocksPerSecond, msrWritesPerSecond, togglesPerSecond: Double
    var alignmentChecks, busLockTraps, busLockExits, spurious: Double
    var sigbusTasks, sigbusInGuests, guestsKilled, oopses: Double
    var guestCounter, ipis, logLines, coresOff: Double
    var busLockedShare: Double
    var bystanderSlowdown: Double?
    /// That of the worst replicate.
    var mostBystanderSlowdown: Double?
  }

  /// - Parameter costs: with what the scenario states of its own.
  public init(_ scenario: Scenario, _ summaries: [ReplicateSummary], costs: Costs, seed: UInt64) {
    self.scenario = scenario.name
    summary = scenario.summary
    seconds = scenario.seconds
    replicates = summaries.first?.replicates ?? 0
    self.seed = seed
    let victim = costs.victim(of: scenario)
    bystander = victim
    self.costs = CostsUsed(
      run: costs.run, splitLockNs: costs.splitLock.ns, trapNs: costs.trap.ns, msrWriteNs: costs.msrWrite.ns,
      vmExitNs: costs.vmExit.ns, sources: costs.sources,
      stallShare: victim.flatMap { costs.stallShares[$0] }.map(ModelDocument.number))
    policies = summaries.map { Outcome($0, scenario, costs, victim) }
  }

  fileprivate static func number(_ millionths: Int) -> Double { Double(millionths) / Double(Fixed.million) }
}

extension ModelDocument.Outcome {
  init(_ summary: ReplicateSummary, _ scenario: Scenario, _ costs: Costs, _ victim: String?) {
    let total = summary.total
    let time = scenario.seconds * max(1, summary.replicates)
    func mean(_ count: Int) -> Double { Double(count) / Double(max(1, summary.replicates)) }
    func rate(_ count: Int) -> Double { Double(count) / Double(time) }
    func slowdown(_ share: Int) -> Double? {
      victim.flatMap { costs.slowdown(of: $0, lockedShare: share) }.map(ModelDocument.number)
    }
    policy = summary.policy.id
    hostsWithOffenders = summary.hosts
    throughputShare = total.throughputShare.map(ModelDocument.number)
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
    (guestCounter, ipis) = (mean(total.guestCounter), mean(total.ipis))
    (logLines, coresOff) = (mean(total.logLines), mean(total.coresOff))
    let share = total.busLockedShare(seconds: time)
    busLockedShare = ModelDocument.number(share)
    bystanderSlowdown = slowdown(share)
    mostBystanderSlowdown = slowdown(summary.mostBusLocked)
  }
}

extension ModelDocument {
  /// For a terminal.
  public var text: String {
    func number(_ value: Double?) -> String { value.map { Decimal.significant($0, 3) } ?? "-" }
    func percent(_ value: Double?) -> String { value.map { Decimal.significant($0 * 100, 3) } ?? "-" }
    let isFleet = replicates > 1
    var table = TextTable(
      columns: [
        "policy", "done %", "known %", "first ms", "SIGBUS", "guests killed", "oopses", "spurious #AC",
        "writes/s", "toggles/s", "log lines", "off cores", "bus %",
        bystander.map { "\($0) x" } ?? "slow-down",
      ] + (isFleet ? ["worst x"] : []))
    table.rows = policies.map {
      [
        $0.policy, percent($0.throughputShare), percent($0.detectedShare), number($0.firstDetectionMs),
        number($0.sigbusTasks + $0.sigbusInGuests), number($0.guestsKilled), number($0.oopses),
        number($0.spurious), number($0.msrWritesPerSecond), number($0.togglesPerSecond),
        number($0.logLines), number($0.coresOff), percent($0.busLockedShare), number($0.bystanderSlowdown),
      ] + (isFleet ? [number($0.mostBystanderSlowdown)] : [])
    }
    let hosts = policies.first?.hostsWithOffenders ?? 0
    let many =
      isFleet ? ", \(replicates) replicates, \(hosts) of them with offenders; counts are means of one" : ""
    return """
      \(scenario): \(summary)
      \(seconds) s\(many), seed \(seed); costs of \(costs.run): \(costs.sources.joined(separator: ", "))

      \(table.text)
      done: split locks performed of those wanted; known: split locks that Linux or KVM learnt of; writes: of MSR 0x33;
      bus: time in which it was locked

      """
  }
}
