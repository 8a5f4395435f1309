import Guest
import Machine

/// Who performs the guest's instructions, and the host's.
extension GuestExperiment {
  /// At which a register-only loop was timed.
  var cpls: [Int] { found(.loop).compactMap(\.cell.cpl) }

  func execution(_ cpl: Int) -> GuestExecution {
    if machine.processor.isEmulated { return .interpreted }
    return found(.loop) { $0.cpl == cpl }.last?.found.flatMap(GuestExecution.init) ?? .unknown
  }

  /// Of all the code that a cell says something of: the host's own is interpreted where its CPU is emulated.
  func execution(_ cell: GuestCell) -> GuestExecution {
    if machine.processor.isEmulated { return .interpreted }
    let executions = cell.executedCpls.map(execution)
    return executions.contains(.interpreted)
      ? .interpreted : executions.contains(.unknown) ? .unknown : .native
  }

  /// What marks a row without times: who performs its code, or whose code is in a time beside that which a CPU runs.
  func mark(of cell: GuestCell) -> String {
    let others = cell.executedCpls.subtracting(nativeCpls)
    let isOwnNative = cell.cpl.map { !others.contains($0) } ?? (others.count < cell.executedCpls.count)
    guard isOwnNative, let other = others.min() else { return execution(cell).rawValue }
    return "not told: CPL \(other), \(execution(other).rawValue), is in it"
  }

  /// CPLs whose code a CPU runs.
  var nativeCpls: [Int] { cpls.filter { execution($0) == .native } }

  /// What the guest sits on.
  public enum Virtualisation: String, Sendable {
    case hardware, nested, interpreting
    case unknown = "not known"
  }

  var virtualisation: Virtualisation {
    let executions = cpls.map(execution)
    if executions.contains(.interpreted) || machine.processor.isEmulated { return .interpreting }
    if executions.contains(.unknown) { return .unknown }
    return machine.processor.hypervisor != nil ? .nested : .hardware
  }

  func describe() {
    note(GuestFinding(GuestCell(.kvm, "virtualisation"), found: virtualisation.rawValue))
    let modules = ["kvm_intel", "kvm_amd", "kvm_pvm"].filter { files.exists("/sys/module/\($0)") }
    if !modules.isEmpty {
      note(GuestFinding(GuestCell(.kvm, "module"), found: modules.joined(separator: ", ")))
    }
    let policy = machine.policy
    let mitigation = policy.mitigates.map { ", split_lock_mitigate \($0 ? 1 : 0)" } ?? ""
    note(
      GuestFinding(
        GuestCell(.kvm, "host-mode", place: .host), found: policy.mode.rawValue + mitigation))
  }

  public var warnings: [RunWarning] {
    func cpls(_ execution: GuestExecution) -> String? {
      let found = self.cpls.filter { self.execution($0) == execution }.map(String.init)
      return found.isEmpty ? nil : found.joined(separator: " and ")
    }
    let interpreted = cpls(.interpreted).map {
      RunWarning(
        "guest-interpreted",
        machine.processor.isEmulated
          ? "this machine is QEMU's emulation, which interprets host and guest: what they take is no cost of silicon, and is not told"
          : "KVM interprets a guest's code at CPL \($0): what it takes there is no cost of silicon, and is not told",
        "run on hardware, or where the host allows nested guests")
    }
    let unknown = cpls(.unknown).map {
      RunWarning(
        "guest-execution-unknown",
        "timings contradict each other on whether KVM interprets a guest's code at CPL \($0): no cost is told",
        "run again on a quieter host")
    }
    return [interpreted, unknown].compactMap { $0 }
  }
}
