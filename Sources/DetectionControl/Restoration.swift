import Machine

/// Puts a machine back to what a journal says it was.
public struct Restoration: Sendable {
  public let machine: ControlledMachine
  public let before: DetectionState

  public init(machine: ControlledMachine, before: DetectionState) {
    self.machine = machine
    self.before = before
  }

  private static let tries = 20

  /// Brings CPUs online first, since an offline one has no registers to write and gets Linux's own values as it comes; then the
  /// bits, then the sysctl. Looks again and again, with time for Linux's pending work, and repeats where something changed.
  ///
  /// - Parameter isLast: nobody will look after us.
  /// - Returns: what still differs, in words; empty if all is as it was.
  public func run(isLast: Bool = true) -> [String] {
    var left: [String] = []
    for _ in 0..<Restoration.tries {
      let refusals = writeAll()
      left = differences()
      if left.isEmpty {
        machine.waitForLinux()
        left = differences()
        if left.isEmpty, !isLast || machine.holds(before) { return [] }
      }
      if !refusals.isEmpty { return left + refusals }
    }
    return left
  }

  private func writeAll() -> [String] {
    var refusals: [String] = []
    func note(_ outcome: ControlledMachine.WriteOutcome) {
      if case .refused(let reason) = outcome { refusals.append(reason) }
    }
    for cpu in before.online where cpu.isOnline { note(machine.setOnline(true, cpu: cpu.cpu)) }
    for bit in before.bits { note(machine.set(bit.bit, to: bit.isSet)) }
    if let mitigates = before.mitigates { note(machine.setMitigation(mitigates)) }
    for cpu in before.online where !cpu.isOnline { note(machine.setOnline(false, cpu: cpu.cpu)) }
    return refusals
  }

  private func differences() -> [String] {
    machine.state(of: before.bits.map(\.bit), cpus: before.online.map(\.cpu)).differences(from: before)
  }
}
