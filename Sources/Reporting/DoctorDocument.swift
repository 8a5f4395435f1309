import Machine

/// `splitbench doctor --json`: the machine and what can be measured on it.
public struct DoctorDocument: Encodable {
  private let machine: MachineReport
  private let host: HostIdentity
  private let capabilities: [Capability]
  private let control: DoctorControl

  public init(_ machine: MachineReport, _ host: HostIdentity, control: DoctorControl) {
    self.machine = machine
    self.host = host
    self.control = control
    capabilities = machine.capabilities
  }
}

/// What `doctor` says of changes to the machine's detection.
public struct DoctorControl: Encodable, Sendable {
  /// Made and not undone.
  private let changes: [String]
  /// Who may die where #AC on split locks is switched on, which Linux booted without.
  private let arming: [String]

  public init(changes: [String], arming: [String]) {
    self.changes = changes
    self.arming = arming
  }

  var lines: [String] { changes + arming.map { "switching #AC on here needs --allow-arming: \($0)" } }
}
