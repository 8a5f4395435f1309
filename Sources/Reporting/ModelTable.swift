import PolicyModel

/// One replicate of a scenario under a policy, or that the policy cannot be on that host.
public struct ModelRow: Sendable {
  public var scenario: Scenario
  public var policy: PolicyChoice
  public var seed: UInt64
  public var costs: Costs
  /// Number of the replicate; nil: the policy cannot be there.
  public var number: Int?
  public var found: Replicate?

  public init(
    scenario: Scenario, policy: PolicyChoice, seed: UInt64, costs: Costs, number: Int? = nil,
    found: Replicate? = nil
  ) {
    (self.scenario, self.policy, self.seed, self.costs) = (scenario, policy, seed, costs)
    (self.number, self.found) = (number, found)
  }

  fileprivate func busLockedShare(_ tally: Tally) -> Int {
    tally.busLockedShare(seconds: scenario.seconds, costs)
  }
  fileprivate func rate(_ count: KeyPath<Tally, Int>) -> Int? {
    found.map { Tally.rate($0.tally[keyPath: count], seconds: scenario.seconds) }
  }
  fileprivate func slowdown(_ tally: Tally) -> Int? {
    costs.victim(of: scenario).flatMap { costs.slowdown(of: $0, lockedShare: busLockedShare(tally)) }
  }
}

/// `model.csv`: one row a policy and replicate, or a policy that cannot be on that host. Fractions have six digits, made by integer
/// arithmetic: the same bytes everywhere.
public enum ModelTable {
  public static let header = table.header
  public static func line(_ row: ModelRow) -> String { table.line(row) }

  static let table = CsvTable<ModelRow>(columns: [
    .text("scenario", "Name of the scenario.") { $0.scenario.name },
    .text("policy", "Policy with its options, as in `splitbench model --list`.") { $0.policy.id },
    .integer("replicate", "Number of the replicate, from 0.") { $0.number },
    .text("seed", "Seed of the random numbers; each replicate has streams of its own.") { String($0.seed) },
    .integer("seconds", "Simulated time.") { $0.scenario.seconds },
    .text("costs_run", "Run that measured the costs.") { $0.costs.run },
    count("offenders", "Tasks, virtual CPUs and drivers that took part and wanted split locks.", \.offenders),
    count("demanded", "Split locks had each been alone, and nothing hindered it.", \.demanded),
    count("performed", "Split locks that locked the bus.", \.performed),
    count("emulated", "Split locks of guests that KVM performed as plain writes.", \.emulated),
    count("prevented", "Split locks that killed who tried, before they were performed.", \.prevented),
    fixed("throughput_share", "Performed and emulated over demanded.") { $0.found?.tally.throughputShare },
    count("detected", "Split locks that Linux or KVM came to know of.", \.detected),
    fixed("detected_share", "Those over all that were tried.") { $0.found?.tally.detectedShare },
    .integer(
      "first_detection_ns", "From the first split lock tried to the first detected; empty if none was."
    ) {
      $0.found?.tally.firstDetection
    },
    count("ac_traps", "#AC raised.", \.alignmentChecks),
    count("db_traps", "#DB raised.", \.busLockTraps),
    count("bus_lock_exits", "VM exits for bus locks.", \.busLockExits),
    count(
      "spurious_ac", "#AC on a CPU that had taken detection off: another CPU of its core had set the bit.",
      \.spurious),
    count("sigbus_tasks", "Tasks ended by SIGBUS.", \.sigbusTasks),
    count("sigbus_in_guests", "Tasks inside guests, ended by their own Linux.", \.sigbusInGuests),
    count("guests_killed", "Guests that ended.", \.guestsKilled),
    count("oopses", "Oopses of the host's Linux.", \.oopses),
    count("guest_counter", "Split locks of guests that KVM counted and handled silently.", \.guestCounter),
    fixed("msr_writes_per_second", "Writes of MSR 0x33, on all CPUs.") { $0.rate(\.msrWrites) },
    fixed("toggles_per_second", "Those that changed the bit of their core.") { $0.rate(\.toggles) },
    count("ipis", "CPUs that another told to write the register.", \.ipis),
    count("log_lines", "Lines in Linux's log, as far as printk lets them.", \.logLines),
    fixed("waited_share", "Share of offenders' working time that Linux had them asleep or queued.") {
      $0.found?.tally.waitedShare
    },
    count(
      "cores_off", "Cores left without detection at the end, where the policy means to have it on.",
      \.coresOff),
    fixed("bus_locked_share", "Share of time in which the bus was locked.") { row in
      row.found.map { row.busLockedShare($0.tally) }
    },
    .text("bystander", "Victim whose slow-down follows.") { row in
      row.found.flatMap { _ in row.costs.victim(of: row.scenario) }
    },
    fixed("bystander_slowdown", "Its time an operation over that of one beside no split locks.") { row in
      row.found.flatMap { row.slowdown($0.tally) }
    },
    .integer("guests_counted", "Guests whose counter is not 0.") {
      $0.found?.tally.guestCounters.count { $0 > 0 }
    },
    .integer("most_guest_counter", "The counter of the guest that has most.") { row in
      row.found.map { $0.tally.guestCounters.max() ?? 0 }
    },
    count("trace_events", "Times that the tracepoint beside these counters fired.", \.traceEvents),
    fixed(
      "throughput_share_low", "Lower end of the share, as far as costs that were not measured leave it open."
    ) { $0.found?.range(of: \.throughputShare)?.lowerBound },
    fixed("throughput_share_high", "Its upper end.") { $0.found?.range(of: \.throughputShare)?.upperBound },
    fixed("bystander_slowdown_low", "Lower end of the slow-down, likewise.") {
      $0.found?.range(of: $0.slowdown)?.lowerBound
    },
    fixed("bystander_slowdown_high", "Its upper end.") { $0.found?.range(of: $0.slowdown)?.upperBound },
    .boolean(
      "applicable", "Whether the policy can be on a host with such CPUs; where not, nothing was simulated."
    ) { $0.found != nil },
  ])

  private static func count(
    _ name: String, _ meaning: String, _ counter: KeyPath<Tally, Int> & Sendable
  ) -> CsvColumn<ModelRow> {
    .integer(name, meaning) { $0.found?.tally[keyPath: counter] }
  }

  private static func fixed(
    _ name: String, _ meaning: String, _ millionths: @escaping @Sendable (ModelRow) -> Int?
  ) -> CsvColumn<ModelRow> {
    CsvColumn(name: name, kind: .number, meaning: meaning) { .text(millionths($0).map(Fixed.text)) }
  }
}
