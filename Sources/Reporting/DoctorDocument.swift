import Machine

/// `splitbench doctor --json`: the machine and what can be measured on it.
public struct DoctorDocument: Encodable {
  private let machine: MachineReport
  private let capabilities: [Capability]

  public init(_ machine: MachineReport) {
    self.machine = machine
    capabilities = machine.capabilities
  }
}
