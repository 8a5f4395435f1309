import Measurement

extension ModelDocument {
  /// For a terminal.
  public var text: String {
    let hosts = policies.first?.hostsWithOffenders ?? 0
    let many =
      isFleet ? ", \(replicates) replicates, \(hosts) of them with offenders; counts are means of one" : ""
    let parts = [
      """
      \(scenario): \(summary)
      \(seconds) s\(many), seed \(seed); costs of \(costs.run): \(costs.sources.joined(separator: ", "))

      """, policies.isEmpty ? "" : table.text + legend, counted, obstacles,
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  private var isFleet: Bool { replicates > 1 }

  private var table: TextTable {
    func number(_ value: Double?) -> String { value.map { Decimal.significant($0, 3) } ?? "-" }
    func percent(_ value: Double?) -> String { number(value.map { $0 * 100 }) }
    /// Both ends, where they are not the same in print.
    func range(_ value: Double?, _ low: Double?, _ high: Double?, _ text: (Double?) -> String) -> String {
      text(low) == text(high) ? text(value) : "\(text(low)) to \(text(high))"
    }
    var table = TextTable(
      columns: [
        "policy", "done %", "known %", "first ms", "SIGBUS", "guests killed", "oopses", "spurious #AC",
        "writes/s", "toggles/s", "log lines", "off cores", "bus %",
        bystander.map { "\($0) x" } ?? "slow-down",
      ] + (isFleet ? ["worst x"] : []))
    table.rows = policies.map {
      [
        $0.policy, range($0.throughputShare, $0.throughputShareLow, $0.throughputShareHigh, percent),
        percent($0.detectedShare), number($0.firstDetectionMs), number($0.sigbusTasks + $0.sigbusInGuests),
        number($0.guestsKilled), number($0.oopses), number($0.spurious), number($0.msrWritesPerSecond),
        number($0.togglesPerSecond), number($0.logLines), number($0.coresOff), percent($0.busLockedShare),
        range($0.bystanderSlowdown, $0.bystanderSlowdownLow, $0.bystanderSlowdownHigh, number),
      ] + (isFleet ? [number($0.mostBystanderSlowdown)] : [])
    }
    return table
  }

  private var legend: String {
    """

    done: split locks performed of those wanted; known: split locks that Linux or KVM learnt of; writes: of MSR 0x33;
    bus: time in which it was locked; a to b: as far as costs that were not measured leave it open

    """
  }

  private var counted: String {
    policies.map { outcome in
      guard let most = outcome.guestCounters.max(by: { $0.count < $1.count }) else { return "" }
      return "\(outcome.policy): KVM counted \(Decimal.significant(outcome.guestCounter, 9)) split locks,"
        + " a trace event each, in \(outcome.guestCounters.count) of \(guests) guests, most in \(most.guest)\n"
    }.joined()
  }

  private var obstacles: String {
    Dictionary(grouping: notApplicable, by: \.reason).sorted { $0.key < $1.key }.map { reason, policies in
      "not on such a host, \(reason): \(policies.map(\.policy).joined(separator: ", "))\n"
    }.joined()
  }
}
