import LockKernels
import Machine

/// What a reader of a run has to know before believing it: what was seen, and what can be done about it.
public struct RunWarning: Sendable, Codable, Equatable {
  public var id: String
  public var text: String
  public var remedy: String

  init(_ id: String, _ text: String, _ remedy: String) {
    self.id = id
    self.text = text
    self.remedy = remedy
  }
}

extension CostExperiment {
  /// The run's warnings, the most important first.
  public var warnings: [RunWarning] {
    RunWarning.unexplained(unexplainedDelay)
      + [
        trapWarning, delayWarning, linuxTrapWarning, clockWarning, RunWarning.quota(machine),
        contradictionWarning,
        wallWarning, fewRoundsWarning, unmeasuredWarning,
        disturbanceWarning, frequencyWarning, pairWarning, guestWarning, proofWarning,
        memoryWarning, erratumWarning,
      ].compactMap { $0 }
  }

  private var linuxTrapWarning: RunWarning? {
    guard !machine.policy.leavesAlone, records.contains(where: \.cell.takesBusLock) else { return nil }
    if machine.policy.mode == .unknown {
      return RunWarning(
        "policy-unknown",
        "whether Linux traps split locks here cannot be told: split costs may hold its handler's",
        "let /proc be read; splitbench doctor says what is missing")
    }
    return RunWarning(
      "linux-traps",
      "Linux traps bus locks here (\(machine.policy.mode.rawValue)): split costs may hold its handler's",
      "boot with split_lock_detect=off to measure silicon alone")
  }

  private var trapWarning: RunWarning? {
    let count = records.count { !$0.traps.isEmpty }
    guard count > 0 else { return nil }
    return RunWarning(
      "trapped", "\(count) cells met a SIGBUS instead of completing",
      "boot with split_lock_detect=off to measure their cost")
  }

  private var delayWarning: RunWarning? {
    let delayed = records.filter(\.isDelayed)
    guard !delayed.isEmpty else { return nil }
    return machine.policy.mayDelay
      ? RunWarning(
        "delayed", "Linux delayed operations of \(delayed.count) cells: costs hold its delay, not silicon's",
        "set kernel.split_lock_mitigate=0, or boot with split_lock_detect=off")
      : RunWarning(
        "delayed",
        "\(delayed.count) cells had timed calls of over \(Int(DoseRamp.delay * 1000)) ms, which Linux's policy does not explain",
        "look for a busy host, a hypervisor's policy or SMIs")
  }

  private var clockWarning: RunWarning? {
    if machine.linux.distrustsTsc {
      return RunWarning(
        "tsc-distrusted",
        "Linux does not trust the TSC as a clock: its own is \(machine.linux.clockSource ?? "unknown")",
        "see dmesg for what made it unstable, and believe no time before that is mended")
    }
    return machine.processor.hasInvariantTsc || machine.linux.clockSource == "tsc"
      ? nil
      : RunWarning(
        "tsc-not-invariant", "neither CPUID nor Linux trusts the TSC as a clock",
        "fix the core frequency; in a guest, pass invtsc through")
  }

  private var verdicts: [CostRow.Verdict: Int] {
    records.filter(\.isMeasured).reduce(into: [:]) { $0[CostRow.verdict($1), default: 0] += 1 }
  }

  private var contradictionWarning: RunWarning? {
    let count = verdicts[.pmuContradicts, default: 0]
    guard count > 0 else { return nil }
    return RunWarning(
      "pmu-contradicts", "\(count) cells took another number of bus locks than their placement implies",
      "see bus_locks_per_op in cost.csv; an emulator or hypervisor may rewrite the operation")
  }

  private var wallWarning: RunWarning? {
    guard end == .wallLimit else { return nil }
    return RunWarning(
      "wall-limit", "time ran out after \(roundsDone) of \(plan.rounds) rounds",
      "choose fewer cells, fewer --rounds or a longer plan")
  }

  private var fewRoundsWarning: RunWarning? {
    guard end == .finished, roundsDone < CostRow.fewestRounds else { return nil }
    return RunWarning(
      "few-rounds",
      "\(Decimal.count(roundsDone, "round")) of cost: one disturbance may be a cell's whole figure",
      "give --rounds \(CostRow.fewestRounds) or more")
  }

  private var unmeasuredWarning: RunWarning? {
    let reasons = Dictionary(grouping: unmeasured, by: \.reason).mapValues(\.count)
    guard !reasons.isEmpty, end == .finished || end == .wallLimit else { return nil }
    let words = reasons.sorted { $0.value > $1.value }.map { "\($0.value) because \($0.key)" }
    return RunWarning(
      "unmeasured", "cells not measured: \(words.joined(separator: ", "))",
      "raise --budget, choose fewer cells, or free the other CPU")
  }

  private var disturbanceWarning: RunWarning? {
    let share = tally.disturbedShare
    guard share > 0.1 else { return nil }
    let causes = tally.groupsByCause.sorted { $0.value > $1.value }
      .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
    return RunWarning(
      "disturbed", "\(Int((share * 100).rounded())) % of the groups of samples were disturbed (\(causes))",
      "stop other work, or compare only against runs as busy as this one")
  }

  private var frequencyWarning: RunWarning? {
    guard let (low, high) = tally.frequencyRange, high / low > 1.05 else { return nil }
    return RunWarning(
      "frequency",
      "the core ran at \(Decimal.fixed(low, 2)) to \(Decimal.fixed(high, 2)) times the TSC's rate: cheap"
        + " kernels vary as much in ns, less in core cycles",
      "fix the frequency, or compare core_cycles")
  }

  private var pairWarning: RunWarning? {
    guard let cpu = cpuFindings.first(where: { $0.pair?.sharesCore == true }) else { return nil }
    return RunWarning(
      "pair-shares-core",
      "CPU \(cpu.cpu) and the one that modifies its lines slow each other like SMT siblings, which the topology denies",
      "do not believe the topology here: other-cpu-modified cells may have met a shared L1 cache")
  }

  private var guestWarning: RunWarning? {
    machine.processor.hypervisor.map {
      RunWarning(
        "guest", "a guest of \($0): topology is its claim, vCPUs float, and the host may trap bus locks",
        "repeat the run, at other times and on other hosts, before comparing CPUs")
    }
  }

  private var proofWarning: RunWarning? {
    guard verdicts[.unverifiedPmu] != nil else { return nil }
    let reason =
      machine.permissions.pmuRefusal
      ?? (machine.busLockEvent == nil
        ? "no event is known for this processor"
        : wasCounted ? "some counts were disturbed by other counters" : "the event could not be counted")
    return RunWarning(
      "unverified-pmu", "no PMU proof that operations took a bus lock: \(reason)",
      "measure on hardware whose PMU counts bus locks")
  }

  private var memoryWarning: RunWarning? {
    guard !memoryShortcomings.isEmpty else { return nil }
    return RunWarning(
      "memory", "operand memory: \(memoryShortcomings.map(\.rawValue).sorted().joined(separator: ", "))",
      "raise RLIMIT_MEMLOCK, or run where NUMA policy works (no seccomp filter against mbind)")
  }

  private var erratumWarning: RunWarning? {
    machine.processor.isSubjectToErratum793 ? RunWarning.erratum793 : nil
  }
}

extension RunWarning {
  /// What a run changed and is not as it was.
  public static func notRestored(_ what: [String]) -> RunWarning {
    RunWarning(
      "not-restored", "the machine is not as it was: \(what.joined(separator: "; "))",
      "try splitbench msr restore, then boot again")
  }

  /// Nothing kept another run away.
  public static func unlocked(_ reason: String) -> RunWarning {
    RunWarning(
      "unlocked", "no lock kept other runs away from this machine: \(reason)",
      "see to it that one run at a time measures here")
  }

  /// Something may not have been kept away.
  public static func lockedInPart(_ reason: String) -> RunWarning {
    RunWarning(
      "locked-in-part", "the lock may not have kept all other runs away from this machine: \(reason)",
      "make /run/lock a folder that everyone may write to (mode 1777), and mount it into containers")
  }

  /// A control group that stops threads amid their work.
  static func quota(_ machine: MachineReport) -> RunWarning? {
    guard let quota = machine.noise.cpuQuota, quota < Double(machine.topology.cpus.count) else { return nil }
    return RunWarning(
      "cpu-quota",
      "a control group leaves this process the time of \(Decimal.significant(quota, 3)) CPUs: Linux stops its threads"
        + " once that is used up",
      "raise the quota (cpu.max, docker run --cpus), or run outside")
  }

  /// CVE-2013-6885: what `doctor`, too, says about AMD family 16h.
  public static let erratum793 = RunWarning(
    "cve-2013-6885",
    "this CPU has AMD erratum 793: locked instructions beside write-combining memory may hang it",
    "run a Linux (3.14 or later) or firmware that sets LS_CFG bit 15, and save your work first")
}
