/// One thing that SplitBench can, or cannot, find out on this machine.
public struct Capability: Codable, Sendable, Equatable {
  public var id: String
  public var question: String
  public var isAvailable: Bool
  /// Why not, or with what restriction.
  public var reason: String?
  public var remedy: String?
}

extension MachineReport {
  /// What can be measured here and what cannot, with the remedy for each that cannot.
  public var capabilities: [Capability] {
    [
      cost, contention, trap, otherCpuModified, tscClock, busLockProof, coreCycles, lockedMemory,
      detectionRegisters,
      detectionLog, guest,
    ]
  }

  private var cost: Capability {
    var reason: String?
    var remedy: String?
    if policy.mayKill {
      reason =
        policy.mode == .fatal
        ? "Linux answers split locks with SIGBUS: their cells will read trapped"
        : "whether Linux allows split locks is unknown: some cells may read trapped"
      remedy = "boot with split_lock_detect=off to measure their cost"
    } else if policy.mayDelay {
      reason = "Linux delays split locks: few operations fit, and their cost includes the delay"
      remedy = "set kernel.split_lock_mitigate=0, or boot with split_lock_detect=off"
    } else if !policy.leavesAlone {
      reason = "Linux traps bus locks: split costs hold its handler's"
      remedy = "boot with split_lock_detect=off to measure silicon alone"
    }
    if !processor.hasRdtscp {
      return Capability(
        id: "cost", question: "cost of each kernel at each placement", isAvailable: false,
        reason: "this CPU, or its hypervisor, has no RDTSCP",
        remedy: "give the guest a CPU model that has it")
    }
    return Capability(
      id: "cost", question: "cost of each kernel at each placement", isAvailable: true,
      reason: reason, remedy: remedy)
  }

  private var contention: Capability {
    let question = "what others pay: bystander, pingpong, scaling"
    if topology.cpus.count < 2 {
      return Capability(
        id: "contention", question: question, isAvailable: false, reason: Topology.oneCpuOnly,
        remedy: "widen the CPU set (taskset, cgroup cpuset)")
    }
    if policy.mayKill {
      return Capability(
        id: "contention", question: question, isAvailable: false,
        reason: "Linux answers split locks with SIGBUS, or may",
        remedy: "boot with split_lock_detect=off to measure it")
    }
    return Capability(
      id: "contention", question: question, isAvailable: true,
      reason: policy.mayDelay ? "Linux delays split locks, and with them an aggressor" : nil,
      remedy: policy.mayDelay ? "set kernel.split_lock_mitigate=0, or boot with split_lock_detect=off" : nil)
  }

  private var trap: Capability {
    Capability(
      id: "trap", question: "what a split lock, or EFLAGS.AC, does to a program on each CPU",
      isAvailable: true,
      reason: nil, remedy: nil)
  }

  private var otherCpuModified: Capability {
    let two = topology.cpus.count > 1
    return Capability(
      id: "other-cpu-modified", question: "cost on lines that another CPU has modified",
      isAvailable: two, reason: two ? nil : Topology.oneCpuOnly,
      remedy: two ? nil : "widen the CPU set (taskset, cgroup cpuset)")
  }

  private var tscClock: Capability {
    if linux.distrustsTsc {
      return Capability(
        id: "tsc", question: "the TSC as a clock", isAvailable: false,
        reason: "Linux does not trust it: its own clock is \(linux.clockSource ?? "unknown")",
        remedy: "see dmesg for what made it unstable")
    }
    return Capability(
      id: "tsc", question: "the TSC as a clock",
      isAvailable: processor.hasInvariantTsc,
      reason: processor.hasInvariantTsc ? nil : "CPUID does not promise an invariant TSC",
      remedy: processor.hasInvariantTsc
        ? nil : "fix the core frequency; in a guest, pass the invtsc feature through")
  }

  private var busLockProof: Capability {
    var reason = permissions.pmuRefusal
    if reason == nil, busLockEvent == nil {
      reason = "no event that counts bus locks is known for this processor"
    }
    return Capability(
      id: "bus-lock-proof", question: "proof by the PMU that an operation took a bus lock",
      isAvailable: reason == nil, reason: reason,
      remedy: reason == nil ? nil : "without it cells carry the verdict unverified-pmu")
  }

  private var coreCycles: Capability {
    Capability(
      id: "core-cycles", question: "core cycles, counted", isAvailable: permissions.pmuRefusal == nil,
      reason: permissions.pmuRefusal,
      remedy: permissions.pmuRefusal == nil
        ? nil : "core cycles are derived from a chain of dependent adds instead")
  }

  private var lockedMemory: Capability {
    let needed: UInt64 = 1 << 20
    let enough = permissions.isRoot || permissions.lockableBytes.map { $0 >= needed } ?? true
    return Capability(
      id: "locked-memory", question: "operands in memory that stays in place", isAvailable: enough,
      reason: enough ? nil : "RLIMIT_MEMLOCK is \(permissions.lockableBytes ?? 0) bytes",
      remedy: enough ? nil : "raise it to 1 MiB or more (ulimit -l)")
  }

  private var detectionRegisters: Capability {
    let readable = registers.contains { $0.debugControl != nil || $0.memoryControl != nil }
    return Capability(
      id: "detection-registers", question: "the detection MSRs 0x33, 0xCF and 0x1D9, read",
      isAvailable: readable, reason: readable ? nil : registers.first?.reason,
      remedy: readable ? nil : "run as root; in a guest they are the host's")
  }

  private var guest: Capability {
    let usable = permissions.kvmUsable
    return Capability(
      id: "guest", question: "what a split lock costs and meets in a KVM guest", isAvailable: usable,
      reason: usable ? nil : "/dev/kvm is not there, or not for this user",
      remedy: usable ? nil : "load kvm_intel or kvm_amd, allow nested guests, join the group of /dev/kvm")
  }

  private var detectionLog: Capability {
    let unreadable = policy.evidence.first {
      $0.source == "Linux's log" && $0.finding.hasPrefix("cannot read")
    }
    return Capability(
      id: "linux-log", question: "Linux's own words about split locks",
      isAvailable: unreadable == nil, reason: unreadable?.finding,
      remedy: unreadable == nil ? nil : "run as root, or set kernel.dmesg_restrict=0")
  }
}
