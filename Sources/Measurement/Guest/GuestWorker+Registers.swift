import Guest

/// A guest's own detection, set by itself.
extension GuestWorker {
  /// IA32_DEBUGCTL, and its bit for #DB on bus locks.
  private static let (debugControl, busLockDetect): (UInt32, UInt64) = (0x1D9, 1 << 2)

  /// A guest whose MSR 0x33 has bit 29 set, as it believes.
  ///
  /// - Throws: `GuestRefusal` where the register is not set then.
  func believer() throws -> GuestMachine {
    var options = GuestMachine.Options()
    (options.answersMsrs, options.bits) = (true, [.coreCapabilities: true])
    let guest = try GuestMachine(kvm, options)
    try set(EmulatedRegisters.memoryControl, EmulatedRegisters.splitLockDisable, guest.cpus[0])
    return guest
  }

  /// A guest that has #DB on bus locks switched on.
  ///
  /// - Throws: `GuestRefusal` where it is not on then.
  func armed() throws -> GuestMachine {
    let guest = try GuestMachine(kvm)
    try set(GuestWorker.debugControl, GuestWorker.busLockDetect, guest.cpus[0])
    return guest
  }

  private func set(_ register: UInt32, _ value: UInt64, _ cpu: GuestCpu) throws {
    func access(_ routine: GuestCall.Routine) throws -> GuestReport {
      var call = GuestCall(routine, cpl: 0)
      (call.number, call.value) = (register, value)
      return try cpu.run(call)
    }
    let refusal = GuestRefusal(
      register: register, value: value, writing: try access(.writeMsr), reading: try access(.readMsr))
    if let refusal { throw refusal }
  }
}

/// Why a guest is not what was asked for.
struct GuestRefusal: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// Of a register that was written to; nil where it is set.
  init?(register: UInt32, value: UInt64, writing: GuestReport, reading: GuestReport) {
    let name = "0x" + String(register, radix: 16)
    if let obstacle = writing.obstacle {
      description = "the guest's WRMSR of \(name) met: \(obstacle)"
    } else if let obstacle = reading.obstacle {
      description = "the guest's RDMSR of \(name) met: \(obstacle)"
    } else if reading.values[0] & value != value {
      description = "the guest's \(name) reads 0x\(String(reading.values[0], radix: 16)) behind its WRMSR"
    } else {
      return nil
    }
  }
}
