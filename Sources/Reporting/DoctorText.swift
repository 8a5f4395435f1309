import Machine
import Measurement

/// What `splitbench doctor` prints.
public struct DoctorText {
  private let machine: MachineReport
  private let control: DoctorControl

  public init(_ machine: MachineReport, control: DoctorControl) {
    self.machine = machine
    self.control = control
  }

  public var text: String {
    [
      section("Machine", machineLines), section("Split-lock policy of Linux", policyLines),
      section("Noise", noiseLines), section("Can be measured here", available),
      section("Cannot be measured here", unavailable),
    ].joined(separator: "\n")
  }

  private func section(_ title: String, _ lines: [String]) -> String {
    title + "\n" + (lines.isEmpty ? ["nothing"] : lines).map { "  \($0)\n" }.joined()
  }

  private var machineLines: [String] {
    let processor = machine.processor
    let topology = machine.topology
    var lines = [
      "CPU          \(processor.brand), \(processor.vendor) family \(processor.family) model"
        + " \(processor.model) stepping \(processor.stepping), microcode \(machine.linux.microcode ?? "unknown")",
      "hypervisor   \(processor.hypervisor ?? "none that shows itself")",
      "CPUs         \(CpuSelection.ranges(topology.cpus.map(\.id))) allowed of \(topology.onlineCount) online;"
        + " \(count(topology.packageCount, "package")), \(count(Set(topology.cpus.map(\.core)).count, "core")),"
        + " \(count(topology.numaNodeCount, "NUMA node"))\(processor.isHybrid ? ", hybrid" : "")",
      "caches       L1d \(bytes(\.l1dBytes)), L2 \(bytes(\.l2Bytes)), L3 \(bytes(\.l3Bytes));"
        + " line \(processor.lineBytes) bytes",
      "Linux        \(machine.linux.release), HZ \(machine.linux.timerHz.map(String.init) ?? "unknown"),"
        + " clock source \(machine.linux.clockSource ?? "unknown")",
      "TSC          \(processor.hasInvariantTsc ? "invariant" : "not promised to be invariant")",
      "permissions  \(machine.permissions.isRoot ? "root" : "not root"), lockable memory"
        + " \(machine.permissions.lockableBytes.map { "\($0 >> 10) KiB" } ?? "unlimited"),"
        + " perf_event_paranoid \(machine.permissions.perfEventParanoid.map(String.init) ?? "unreadable"),"
        + " /dev/kvm \(machine.permissions.kvmUsable ? "usable" : "not usable")",
    ]
    if processor.isSubjectToErratum793 {
      lines.append("warning      \(RunWarning.erratum793.text); \(RunWarning.erratum793.remedy)")
    }
    return lines
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private func bytes(_ size: KeyPath<LogicalCpu, Int?>) -> String {
    let sizes = Set(machine.topology.cpus.compactMap { $0[keyPath: size] }).sorted()
    guard !sizes.isEmpty else { return "unknown" }
    return sizes.map { $0 >= 1 << 20 ? "\($0 >> 20) MiB" : "\($0 >> 10) KiB" }.joined(separator: " or ")
  }

  private var policyLines: [String] {
    let policy = machine.policy
    let limit = policy.rateLimit.map { ":\($0)" } ?? ""
    let evidence = policy.evidence.map { "\($0.source): \($0.finding)" }
    return ["\(policy.mode.rawValue)\(limit) (\(consequence(policy)))"] + evidence + registerLines
      + control.lines
  }

  private func consequence(_ policy: DetectionPolicy) -> String {
    if policy.mode == .unknown { return "what a split lock meets here cannot be told" }
    if policy.leavesAlone { return "Linux lets split locks run" }
    if policy.mayKill { return "a split lock ends a program with SIGBUS" }
    if policy.mayDelay { return "Linux delays programs that split-lock" }
    return "Linux warns about split locks and lets them run"
  }

  private var registerLines: [String] {
    machine.registers.compactMap { register in
      func hex(_ value: UInt64?) -> String { value.map { "0x" + String($0, radix: 16) } ?? "unreadable" }
      guard register.reason == nil else { return nil }
      return "MSRs of CPU \(register.cpu): 0x33 \(hex(register.memoryControl)), 0xCF"
        + " \(hex(register.coreCapabilities)), 0x1D9 \(hex(register.debugControl))"
    }
  }

  private var noiseLines: [String] {
    let noise = machine.noise
    let busy = noise.busyCpus.sorted { $0.key < $1.key }
      .map { "CPU \($0.key) \(Int($0.value * 100)) %" }.joined(separator: ", ")
    return [
      "governor     \(noise.governors.isEmpty ? "not in Linux's hands" : noise.governors.joined(separator: ", "))",
      "turbo        \(noise.turbo.map { $0 ? "on" : "off" } ?? "unknown")",
      "SMT          \(noise.smt == "notsupported" ? "not supported" : noise.smt ?? "unknown")",
      "load         \(noise.loadAverage.map { Decimal.fixed($0, 2) } ?? "unknown") over a minute;"
        + " busy in the last \(noise.windowMs) ms: \(busy.isEmpty ? "no CPU" : busy)",
      "steal        \(noise.stealSinceBoot.map { Decimal.fixed($0 * 100, 2) + " % since boot" } ?? "unknown")",
    ]
  }

  private var available: [String] {
    machine.capabilities.filter(\.isAvailable).map { capability in
      let but = capability.reason.map { ", but: \($0); \(capability.remedy ?? "")" } ?? ""
      return "\(capability.id): \(capability.question)\(but)"
    }
  }

  private var unavailable: [String] {
    machine.capabilities.filter { !$0.isAvailable }.map {
      "\($0.id): \($0.question), because \($0.reason ?? "unknown"); \($0.remedy ?? "")"
    }
  }
}
