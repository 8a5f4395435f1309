import CGuest

/// A guest of our own: a virtual machine that runs the program of CGuest, and nothing else.
public final class GuestMachine {
  public struct Options: Sendable {
    public var vcpus = 1
    /// Bus locks end entries.
    public var exitsOnBusLocks = false
    /// MSRs 0x33 and 0xCF are ours to answer.
    public var answersMsrs = false
    /// Bits of CPUID that the guest is shown, whatever KVM offers.
    public var bits: [GuestCpuid.Bit: Bool] = [:]

    public init() {}
  }

  public static let mostVcpus = 8
  public let cpus: [GuestCpu]
  private let vm: Vm
  private let image: GuestImage

  /// - Throws: `KvmFailure`.
  public init(_ kvm: Kvm, _ options: Options = Options()) throws(KvmFailure) {
    precondition((1...GuestMachine.mostVcpus).contains(options.vcpus))
    vm = try Vm(kvm, bytes: GuestImage.bytes(vcpus: options.vcpus))
    if options.exitsOnBusLocks { try vm.exitOnBusLocks() }
    if options.answersMsrs { try vm.answerMsrs(EmulatedRegisters.all) }
    var cpuid = try kvm.supportedCpuid()
    for (bit, isSet) in options.bits { cpuid[bit] = isSet }
    image = GuestImage(memory: vm.memory)
    image.write(vcpus: options.vcpus)
    var cpus: [GuestCpu] = []
    for index in 0..<options.vcpus {
      var driver = GuestDriver(try Vcpu(vm, index: index, cpuid: cpuid))
      if options.answersMsrs { driver.registers = EmulatedRegisters() }
      cpus.append(GuestCpu(image, index: index, driver: driver))
    }
    self.cpus = cpus
  }

  /// Before each call of `together`, with no vCPU at work.
  public func closeGate() { image.closeGate() }
}

/// One vCPU and its cell of the guest's memory, for one thread at a time.
public final class GuestCpu {
  public private(set) var driver: GuestDriver<Vcpu>
  private let image: GuestImage
  private let cell: Int
  private let mailbox: UnsafeMutablePointer<cguest_mailbox>
  private var isReady = false

  init(_ image: GuestImage, index: Int, driver: GuestDriver<Vcpu>) {
    (self.image, self.driver) = (image, driver)
    cell = GuestImage.cell(index)
    mailbox = (image.memory + cell).bindMemory(to: cguest_mailbox.self, capacity: 1)
  }

  /// A limit on its bus locks from the next call on.
  public var throttle: UserThrottle? {
    get { driver.throttle }
    set { driver.throttle = newValue }
  }

  private func place(_ operand: GuestCall.Operand) -> Int { cell + Int(CGUEST_OPERANDS) + operand.offset }

  /// Where an operand lies for this process, which shares the guest's memory.
  public func address(_ operand: GuestCall.Operand) -> UnsafeMutableRawPointer {
    image.memory + place(operand)
  }

  /// What an operand holds now, while the guest may be changing it.
  public func value(_ operand: GuestCall.Operand) -> UInt64 {
    address(operand).loadUnaligned(as: UInt64.self)
  }

  /// Guest address of the instruction that split-locks, as Linux's log on the host has it.
  public var lockedInstruction: UInt64 { image.address(of: Int(image.program.locked_at)) }

  /// Has it done, by the calling thread.
  ///
  /// - Throws: `KvmFailure` where KVM refuses an entry.
  public func run(_ call: GuestCall) throws(KvmFailure) -> GuestReport {
    if !isReady {
      try driver.cpu.start { image.set(&$0, &$1, cell: cell) }
      let boot = try driver.run(milliseconds: call.milliseconds)
      guard boot.end == .ready else { return report(boot, call, before: value(call.operand)) }
      isReady = true
    }
    let before = value(call.operand)
    mailbox.pointee = cguest_mailbox()
    mailbox.pointee.routine = image.address(of: call.routine)
    mailbox.pointee.user = call.cpl == 3 ? 1 : 0
    mailbox.pointee.operand =
      switch call.routine {
      case .locked, .load, .together: UInt64(place(call.operand))
      default: UInt64(call.number)
      }
    mailbox.pointee.count = UInt64(call.count)
    mailbox.pointee.flags = 2 | (call.checksAlignment ? GuestCall.alignmentCheck : 0)
    mailbox.pointee.values.0 = call.value
    mailbox.pointee.gate = UInt64(GuestImage.gate)
    mailbox.pointee.parties = UInt64(call.parties)
    let trip = try driver.run(milliseconds: call.milliseconds)
    // One that hangs is begun anew.
    isReady = trip.end == .ready
    return report(trip, call, before: before)
  }

  private func report(_ trip: GuestTrip, _ call: GuestCall, before: UInt64) -> GuestReport {
    let box = mailbox.pointee
    var report = GuestReport(
      trip: trip, values: [box.values.0, box.values.1, box.values.2, box.values.3],
      counted: value(call.operand) &- before, exitSide: trip.firstAddress.flatMap(side))
    if box.faults > 0 {
      report.fault = GuestFault(
        vector: Int(truncatingIfNeeded: box.vector), errorCode: box.error_code,
        side: side(box.rip), cpl: Int(box.cs & 3), dr6: box.dr6)
    }
    if box.end > box.start, box.start > 0 { report.span = box.start...box.end }
    return report
  }

  private func side(_ address: UInt64) -> GuestFault.Side? {
    switch address {
    case image.address(of: Int(image.program.locked_at)): .at
    case image.address(of: Int(image.program.locked_after)): .after
    default: nil
    }
  }
}
