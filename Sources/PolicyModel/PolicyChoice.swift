/// A policy by its id, with its options: `warn-6.2:mitigate=0`.
public enum PolicyChoice: Sendable, Hashable {
  case off
  case fatal
  case warn5_7
  case warn5_19
  case warn6_2(mitigates: Bool, hasWorkPerCpu: Bool = false)
  case warn6_15(mitigates: Bool)
  case ratelimit(Int)
  case busLock(isFatal: Bool)
  case kvmBusLockExit(Int)
  case v9(GuestEntry, mayReenable: Bool)
  case oct2019(sendsIpi: Bool, mayReenable: Bool, killsGuests: Bool)

  /// What KVM writes to the register under v9 as it enters a guest.
  public enum GuestEntry: String, Sendable, CaseIterable {
    /// The guest's value, whatever the host's is: what the mail warns of.
    case loadsGuests = "loads-guests"
    /// 11/17 as it was posted: the guest's value only where the CPU has detection off; where it has it on, the guest has it too.
    case asPosted = "as-posted"
    /// Nothing, which the mail demands.
    case neverWrites = "never-writes"
  }

  /// Those that are simulated where none is named.
  public static let all: [PolicyChoice] =
    [
      .off, .fatal, .warn5_7, .ratelimit(100), .warn5_19, .warn6_2(mitigates: true),
      .warn6_2(mitigates: false), .warn6_15(mitigates: true), .warn6_15(mitigates: false),
      .busLock(isFatal: false), .busLock(isFatal: true), .kvmBusLockExit(100),
    ] + GuestEntry.allCases.map { .v9($0, mayReenable: true) } + [.v9(.loadsGuests, mayReenable: false)]
    + [false, true].flatMap { ipi in
      [(true, false), (true, true), (false, false)].map { reenable, kill in
        PolicyChoice.oct2019(sendsIpi: ipi, mayReenable: reenable, killsGuests: kill)
      }
    }

  /// Linux takes 1 to 1000; QEMU takes any, and 10,000 a second are more than anybody asks for.
  static let ratelimits = 1...1000
  static let exitLimits = 1...10_000
}

extension PolicyChoice {
  /// One replicate.
  ///
  /// - Parameters:
  ///   - seed: of the random numbers, which are drawn anew in each replicate, and alike under every policy.
  public func tally(_ scenario: Scenario, _ costs: Costs, seed: UInt64, replicate: Int) -> Tally {
    func run(_ policy: some ModelledPolicy) -> Tally {
      var simulation = Simulation(scenario, policy, costs, seed: seed, replicate: replicate)
      return simulation.run()
    }
    return switch self {
    case .off: run(NoDetection())
    case .fatal: run(Fatal())
    case .warn5_7: run(TaskWarn())
    case .warn5_19: run(WindowWarn(.v5_19))
    case .warn6_2(let mitigates, let hasWorkPerCpu):
      run(WindowWarn(.v6_2(mitigates: mitigates, hasWorkPerCpu: hasWorkPerCpu)))
    case .warn6_15(let mitigates): run(WindowWarn(.v6_15(mitigates: mitigates)))
    case .ratelimit(let limit): run(RateLimit(limit))
    case .busLock(let isFatal): run(BusLockWarn(isFatal: isFatal))
    case .kvmBusLockExit(let limit): run(KvmBusLockExit(limit))
    case .v9(let entry, let mayReenable): run(PerCpuCache(entry, mayReenable: mayReenable))
    case .oct2019(let sendsIpi, let mayReenable, let killsGuests):
      run(
        DisabledByKernel(
          .init(sendsIpi: sendsIpi, mayReenable: mayReenable, killsGuests: killsGuests)))
    }
  }
}
