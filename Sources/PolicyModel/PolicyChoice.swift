/// A policy by its id, with its options: `warn-6.2:mitigate=0`.
public enum PolicyChoice: Sendable, Hashable {
  case off
  case fatal
  /// `warn` of 5.7.
  case warnOnce
  case warn(Warn, mitigates: Bool)
  case ratelimit(Int)
  case busLock(BusLock, isFatal: Bool)
  case kvmBusLockExit(Int)
  case v9(GuestEntry, mayReenable: Bool)
  case oct2019(sendsIpi: Bool, mayReenable: Bool, killsGuests: Bool)

  /// `warn` as Linux has it since 5.19.
  public enum Warn: String, Sendable, CaseIterable {
    case misery = "warn-5.19"
    /// With the sysctl that ends the misery.
    case sysctl = "warn-6.2"
    /// The same with 6.15's fix, as stable versions have it.
    case sysctlPerCpu = "warn-6.2:per-cpu"
    case perCpu = "warn-6.15"

    var version: WindowWarn.Version {
      WindowWarn.Version(
        hasWorkPerCpu: self == .sysctlPerCpu || self == .perCpu, sleepAddsJiffy: self != .perCpu)
    }
  }

  /// `warn` and `fatal` where there is #DB alone.
  public enum BusLock: String, Sendable, CaseIterable {
    /// KVM on AMD runs guests with the host's DEBUGCTL.
    case first = "6.12"
    /// It does no more.
    case guestsSpared = "6.14"
  }

  /// What KVM writes to the register under v9 as it enters a guest.
  public enum GuestEntry: String, Sendable, CaseIterable {
    /// 11/17 as it was posted: the guest's value only where the CPU has detection off; where it has it on, the guest has it too.
    case asPosted = "as-posted"
    /// The guest's value, whatever the host's is: what the mail warns of.
    case loadsGuests = "loads-guests"
    /// Nothing, which the mail demands.
    case neverWrites = "never-writes"
  }

  /// Those that are simulated where none is named.
  public static let all: [PolicyChoice] =
    [
      .off, .fatal, .warnOnce, .ratelimit(100), .warn(.misery, mitigates: true),
      .warn(.sysctl, mitigates: true), .warn(.sysctl, mitigates: false), .warn(.perCpu, mitigates: true),
      .warn(.perCpu, mitigates: false),
    ]
    + BusLock.allCases.flatMap { [.busLock($0, isFatal: false), .busLock($0, isFatal: true)] }
    + [.kvmBusLockExit(100)] + GuestEntry.allCases.map { .v9($0, mayReenable: true) } + [
      .v9(.loadsGuests, mayReenable: false)
    ]
    + [false, true].flatMap { ipi in
      [(true, false), (true, true), (false, false)].map { reenable, kill in
        PolicyChoice.oct2019(sendsIpi: ipi, mayReenable: reenable, killsGuests: kill)
      }
    }

  /// Linux takes 1 to 1000. QEMU takes any number; here each is an event, and so many are allowed as Linux has it.
  static let limits = 1...1000
}

extension PolicyChoice {
  /// What happens in one replicate.
  ///
  /// - Parameters:
  ///   - scenario: of a host on which this policy can be (`obstacle(on:)`).
  ///   - seed: of the random numbers, which are drawn anew in each replicate, and alike under every policy.
  public func tally(_ scenario: Scenario, _ costs: Costs, seed: UInt64, replicate: Int) -> Tally {
    func run(_ policy: some ModelledPolicy) -> Tally {
      var simulation = Simulation(scenario, policy, costs, seed: seed, replicate: replicate)
      return simulation.run()
    }
    return switch self {
    case .off: run(NoDetection())
    case .fatal: run(Fatal())
    case .warnOnce: run(TaskWarn())
    case .warn(let warn, let mitigates): run(WindowWarn(warn.version, mitigates: mitigates))
    case .ratelimit(let limit): run(RateLimit(limit))
    case .busLock(let version, let isFatal):
      run(BusLockWarn(isFatal: isFatal, reachesGuests: version == .first))
    case .kvmBusLockExit(let limit): run(KvmBusLockExit(limit))
    case .v9(let entry, let mayReenable): run(PerCpuCache(entry, mayReenable: mayReenable))
    case .oct2019(let sendsIpi, let mayReenable, let killsGuests):
      run(
        DisabledByKernel(
          .init(sendsIpi: sendsIpi, mayReenable: mayReenable, killsGuests: killsGuests)))
    }
  }
}
