import Machine
import Measurement

/// What `splitbench doctor` prints.
public struct DoctorText {
  private let machine: MachineReport
  private let host: HostIdentity
  private let control: DoctorControl

  public init(_ machine: MachineReport, _ host: HostIdentity, control: DoctorControl) {
    self.machine = machine
    self.host = host
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
    let erratum = machine.processor.isSubjectToErratum793 ? [RunWarning.erratum793] : []
    return DoctorText.lines(MachineWords(machine).hardware + [("group", host.group), ("instance", instance)])
      + erratum.map { "warning      \($0.text); \($0.remedy)" }
  }

  private var instance: String {
    let name = host.name.map { "\($0), " } ?? ""
    return switch host.instanceSource {
    case .machineId: "\(name)\(host.instance ?? ""), a hash of /etc/machine-id"
    case .bootId: "\(name)\(host.instance ?? ""), until the next boot: there is no /etc/machine-id"
    case .none: "\(name)not to be told from equal machines: neither /etc/machine-id nor a boot id can be read"
    }
  }

  private static func lines(_ pairs: [(name: String, text: String)]) -> [String] {
    pairs.map { $0.name + String(repeating: " ", count: 13 - $0.name.count) + $0.text }
  }

  private var policyLines: [String] {
    let evidence = machine.policy.evidence.map { "\($0.source): \($0.finding)" }
    return [MachineWords(machine).policy] + evidence + registerLines + control.lines
  }

  private var registerLines: [String] {
    machine.registers.compactMap { register in
      func hex(_ value: UInt64?) -> String { value.map { "0x" + String($0, radix: 16) } ?? "unreadable" }
      guard register.reason == nil else { return nil }
      return "MSRs of CPU \(register.cpu): 0x33 \(hex(register.memoryControl)), 0xCF"
        + " \(hex(register.coreCapabilities)), 0x1D9 \(hex(register.debugControl))"
    }
  }

  private var noiseLines: [String] { DoctorText.lines(MachineWords(machine).noise) }

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
