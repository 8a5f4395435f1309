import PolicyModel

/// One replicate of a scenario under a policy.
public struct ModelRow: Sendable {
  public var scenario: Scenario
  public var policy: PolicyChoice
  public var replicate: Int
  public var seed: UInt64
  public var costs: Costs
  public var tally: Tally

  public init(
    scenario: Scenario, policy: PolicyChoice, replicate: Int, seed: UInt64, costs: Costs, tally: Tally
  ) {
    (self.scenario, self.policy, self.replicate) = (scenario, policy, replicate)
    (self.seed, self.costs, self.tally) = (seed, costs, tally)
  }

  fileprivate var busLockedShare: Int { tally.busLockedShare(seconds: scenario.seconds) }
  fileprivate func rate(_ count: KeyPath<Tally, Int>) -> Int {
    Tally.rate(tally[keyPath: count], seconds: scenario.seconds)
  }
}

/// `model.csv`: one row a policy and replicate. Fractions have six digits, made by integer arithmetic: the same bytes everywhere.
public enum ModelTable {
  public static let header = table.header
  public static func line(_ row: ModelRow) -> String { table.line(row) }
  /// Name, type and meaning of every column.
  public static let columns = table.columns.map { ($0.name, $0.kind.rawValue, $0.meaning) }

  static let table = CsvTable<ModelRow>(columns: [
    .text("scenario", "Name of the scenario.") { $0.scenario.name },
    .text("policy", "Policy with its options, as in `splitbench model --list`.") { $0.policy.id },
    .integer("replicate", "Number of the replicate, from 0.") { $0.replicate },
    .text("seed", "Seed of the random numbers; each replicate has streams of its own.") { String($0.seed) },
    .integer("seconds", "Simulated time.") { $0.scenario.seconds },
    .text("costs_run", "Run that measured the costs.") { $0.costs.run },
    count("offenders", "Tasks, virtual CPUs and drivers that took part and wanted split locks.", \.offenders),
    count("demanded", "Split locks had each been alone, and nothing hindered it.", \.demanded),
    count("performed", "Split locks that locked the bus.", \.performed),
    count("emulated", "Split locks of guests that KVM performed as plain writes.", \.emulated),
    count("prevented", "Split locks that killed who tried, before they were performed.", \.prevented),
    fixed("throughput_share", "Performed and emulated over demanded.") { $0.tally.throughputShare },
    count("detected", "Split locks that Linux or KVM came to know of.", \.detected),
    fixed("detected_share", "Those over all that were tried.") { $0.tally.detectedShare },
    .integer(
      "first_detection_ns", "From the first split lock tried to the first detected; empty if none was."
    ) {
      $0.tally.firstDetection
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
    count("oopses", "Oopses of the host's kernel.", \.oopses),
    count("guest_counter", "Split locks of guests that KVM counted and handled silently.", \.guestCounter),
    fixed("msr_writes_per_second", "Writes of MSR 0x33, on all CPUs.") { $0.rate(\.msrWrites) },
    fixed("toggles_per_second", "Those that changed the bit of their core.") { $0.rate(\.toggles) },
    count("ipis", "CPUs that another told to write the register.", \.ipis),
    count("log_lines", "Lines in Linux's log, as far as printk lets them.", \.logLines),
    fixed("waited_share", "Share of offenders' working time that Linux had them asleep or queued.") {
      $0.tally.waitedShare
    },
    count(
      "cores_off", "Cores left without detection at the end, where the policy means to have it on.",
      \.coresOff),
    fixed("bus_locked_share", "Share of time in which the bus was locked.") { $0.busLockedShare },
    .text("bystander", "Victim whose slow-down follows.") { $0.costs.victim(of: $0.scenario) },
    fixed("bystander_slowdown", "Its time an operation over that of one beside no split locks.") { row in
      row.costs.victim(of: row.scenario).flatMap {
        row.costs.slowdown(of: $0, lockedShare: row.busLockedShare)
      }
    },
  ])

  private static func count(
    _ name: String, _ meaning: String, _ counter: KeyPath<Tally, Int> & Sendable
  ) -> CsvColumn<ModelRow> {
    .integer(name, meaning) { $0.tally[keyPath: counter] }
  }

  private static func fixed(
    _ name: String, _ meaning: String, _ millionths: @escaping @Sendable (ModelRow) -> Int?
  ) -> CsvColumn<ModelRow> {
    CsvColumn(name: name, kind: .number, meaning: meaning) { .text(millionths($0).map(Fixed.text)) }
  }
}
