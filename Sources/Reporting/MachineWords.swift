import Machine
import Measurement

/// What a machine is, in words: for `doctor` and for the pages.
public struct MachineWords {
  private let machine: MachineReport

  public init(_ machine: MachineReport) { self.machine = machine }

  public var hardware: [(name: String, text: String)] {
    let (processor, topology, linux) = (machine.processor, machine.topology, machine.linux)
    let permissions = machine.permissions
    return [
      (
        "CPU",
        "\(processor.brand), \(processor.vendor) family \(processor.family) model \(processor.model) stepping"
          + " \(processor.stepping), microcode \(linux.microcode ?? "unknown")"
      ),
      ("hypervisor", processor.hypervisor ?? "none that shows itself"),
      (
        "CPUs",
        "\(CpuSelection.ranges(topology.cpus.map(\.id))) allowed of \(topology.onlineCount) online;"
          + " \(Decimal.count(topology.packageCount, "package")), \(Decimal.count(Set(topology.cpus.map(\.core)).count, "core")),"
          + " \(Decimal.count(topology.numaNodeCount, "NUMA node"))\(processor.isHybrid ? ", hybrid" : "")"
      ),
      (
        "caches",
        "L1d \(bytes(\.l1dBytes)), L2 \(bytes(\.l2Bytes)), L3 \(bytes(\.l3Bytes)); line \(processor.lineBytes) bytes"
      ),
      (
        "Linux",
        "\(linux.release), HZ \(linux.timerHz.map(String.init) ?? "unknown"), clock source"
          + " \(linux.clockSource ?? "unknown")"
      ),
      ("TSC", processor.hasInvariantTsc ? "invariant" : "not promised to be invariant"),
      (
        "permissions",
        "\(permissions.isRoot ? "root" : "not root"), lockable memory"
          + " \(permissions.lockableBytes.map { "\($0 >> 10) KiB" } ?? "unlimited"), perf_event_paranoid"
          + " \(permissions.perfEventParanoid.map(String.init) ?? "unreadable"), /dev/kvm"
          + " \(permissions.kvmUsable ? "usable" : "not usable")"
      ),
    ]
  }

  public var noise: [(name: String, text: String)] {
    let noise = machine.noise
    let busy = noise.busyCpus.sorted { $0.key < $1.key }
      .map { "CPU \($0.key) \(Int($0.value * 100)) %" }.joined(separator: ", ")
    return [
      (
        "governor", noise.governors.isEmpty ? "not in Linux's hands" : noise.governors.joined(separator: ", ")
      ),
      ("turbo", noise.turbo.map { $0 ? "on" : "off" } ?? "unknown"),
      ("SMT", noise.smt == "notsupported" ? "not supported" : noise.smt ?? "unknown"),
      (
        "load",
        "\(noise.loadAverage.map { Decimal.fixed($0, 2) } ?? "unknown") over a minute; busy in the last"
          + " \(noise.windowMs) ms: \(busy.isEmpty ? "no CPU" : busy)"
      ),
      ("steal", noise.stealSinceBoot.map { Decimal.fixed($0 * 100, 2) + " % since boot" } ?? "unknown"),
      (
        "CPU quota",
        noise.cpuQuota.map { "\(Decimal.significant($0, 3)) CPUs, by a control group" } ?? "none"
      ),
    ]
  }

  /// Linux's policy, and what it means for a program that split-locks.
  public var policy: String {
    let policy = machine.policy
    return "\(policy.mode.rawValue)\(policy.rateLimit.map { ":\($0)" } ?? "") (\(consequence))"
  }

  private var consequence: String {
    let policy = machine.policy
    if policy.mode == .unknown { return "what a split lock meets here cannot be told" }
    if policy.leavesAlone { return "Linux lets split locks run" }
    if policy.mayKill { return "a split lock ends a program with SIGBUS" }
    if policy.mayDelay { return "Linux delays programs that split-lock" }
    return "Linux warns about split locks and lets them run"
  }

  private func bytes(_ size: KeyPath<LogicalCpu, Int?>) -> String {
    let sizes = Set(machine.topology.cpus.compactMap { $0[keyPath: size] }).sorted()
    guard !sizes.isEmpty else { return "unknown" }
    return sizes.map { $0 >= 1 << 20 ? "\($0 >> 20) MiB" : "\($0 >> 10) KiB" }.joined(separator: " or ")
  }
}
