import CGuest
import Dispatch
import Glibc
import Testing

@testable import Guest

/// KVM where it is there; what a machine without it leaves out is said.
enum UsableKvm {
  static let isThere = (try? Kvm()) != nil
  static let lack: Comment = "needs a usable /dev/kvm"
}

@Suite(.serialized) struct GuestMachineTests {
  @Test func whatIsNotThereIsSaid() {
    #expect(throws: KvmFailure(opening: "/dev/no-kvm", error: -ENOENT)) { try Kvm(path: "/dev/no-kvm") }
    #expect(KvmFailure(opening: "/dev/kvm", error: -EACCES).description.contains("not permitted"))
    #expect { try Kvm(path: "/dev/null") } throws: { "\($0)".contains("no KVM with API 12") }
  }

  private static let locked: [(cpl: Int, operand: GuestCall.Operand, count: Int)] = [0, 3].flatMap { cpl in
    [GuestCall.Operand.aligned, .lineSplit, .pageSplit].flatMap { operand in
      [1, 7, 200].map { (cpl, operand, $0) }
    }
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func everyOperationIsInTheGuestsMemory() throws {
    let guest = try GuestMachine(Kvm())
    for (cpl, operand, count) in Self.locked {
      var call = GuestCall(.locked, cpl: cpl)
      (call.operand, call.count) = (operand, count)
      let report = try guest.cpus[0].run(call)
      #expect(report.isDone, "\(report.obstacle ?? "")")
      #expect(report.counted == UInt64(count), "\(count) at CPL \(cpl), \(operand)")
      #expect(report.ticks ?? 0 > 0)
    }
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack), arguments: [0, 3])
  func registersThatKvmDoesNotHaveFault(cpl: Int) throws {
    let cpu = try GuestMachine(Kvm()).cpus[0]
    for routine in [GuestCall.Routine.readMsr, .writeMsr] {
      var call = GuestCall(routine, cpl: cpl)
      (call.number, call.value) = (EmulatedRegisters.memoryControl, EmulatedRegisters.splitLockDisable)
      let fault = try #require(try cpu.run(call).fault)
      #expect(fault.vector == 13 && fault.errorCode == 0 && fault.cpl == cpl)
    }
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func aGuestBelievesThatItHasDetection() throws {
    var options = GuestMachine.Options()
    (options.answersMsrs, options.bits) = (true, [.coreCapabilities: true])
    let cpu = try GuestMachine(Kvm(), options).cpus[0]
    func access(_ routine: GuestCall.Routine, _ register: UInt32, _ value: UInt64 = 0) throws -> GuestReport {
      var call = GuestCall(routine, cpl: 0)
      (call.number, call.value) = (register, value)
      return try cpu.run(call)
    }
    let on = EmulatedRegisters.splitLockDisable
    #expect(try access(.readMsr, EmulatedRegisters.coreCapabilities).values[0] == 1 << 5)
    #expect(try access(.writeMsr, EmulatedRegisters.memoryControl, on).isDone)
    #expect(try access(.readMsr, EmulatedRegisters.memoryControl).values[0] == on)
    #expect(try access(.writeMsr, EmulatedRegisters.memoryControl, 1).fault?.vector == 13)
    #expect(cpu.driver.registers?.written == on)
    var call = GuestCall(.cpuid, cpl: 0)
    (call.number, call.count) = (7, 0)
    let values = try cpu.run(call).values
    // kvm-pvm lets CPUID of a guest tell what the host's does: EBX of the leaf is not the one that KVM was given.
    if try Kvm().supportedCpuid().ebx == UInt32(truncatingIfNeeded: values[1]) {
      #expect(GuestCpuid.Bit.coreCapabilities.isSet(in: values))
    }
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func alignmentIsCheckedAtCpl3Alone() throws {
    let cpu = try GuestMachine(Kvm()).cpus[0]
    var call = GuestCall(.load, cpl: 3)
    call.checksAlignment = true
    for (operand, vector) in [(GuestCall.Operand.aligned, nil), (.misaligned, 17)] {
      call.operand = operand
      let report = try cpu.run(call)
      // QEMU's own emulation has no such #AC.
      if vector == nil { #expect(report.isDone) } else { #expect(report.fault?.vector ?? 17 == vector) }
    }
    (call.cpl, call.operand) = (0, .misaligned)
    for isChecked in [true, false] {
      call.checksAlignment = isChecked
      let report = try cpu.run(call)
      #expect(report.isDone && report.checkedAlignment == isChecked)
    }
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func aGuestThatHangsIsLeftAndBegunAnew() throws {
    let cpu = try GuestMachine(Kvm()).cpus[0]
    for cpl in [3, 0] {
      var call = GuestCall(.register, cpl: cpl)
      (call.count, call.milliseconds) = (Int.max, 50)
      let hung = try cpu.run(call)
      #expect(hung.trip.end == .deadline && !hung.isDone && hung.obstacle != nil)
      (call.count, call.milliseconds) = (100, 2000)
      #expect(try cpu.run(call).isDone)
    }
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func vcpusWorkOnOperandsOfTheirOwn() throws {
    var options = GuestMachine.Options()
    options.vcpus = 3
    let guest = try GuestMachine(Kvm(), options)
    for (index, cpu) in guest.cpus.enumerated() {
      var call = GuestCall(.locked, cpl: 3)
      call.count = index + 1
      #expect(try cpu.run(call).counted == UInt64(index + 1))
    }
    #expect(guest.cpus.map { $0.value(.aligned) } == [1, 2, 3])
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func aThousandGuestsLeaveNothingBehind() throws {
    let kvm = try Kvm()
    func once() throws {
      let report = try GuestMachine(kvm).cpus[0].run(GuestCall(.locked, cpl: 3))
      #expect(report.counted == 1)
    }
    // What the first needs once, such as the C library's tables, is no leak.
    for _ in 0..<10 { try once() }
    let before = try #require(Possessions())
    for _ in 0..<1000 { try once() }
    let after = try #require(Possessions())
    #expect(after.excess(over: before).isEmpty, "\(before), then \(after)")
    #expect(after.mappings == 0)
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func aGuestThatIsThereIsCounted() throws {
    let before = try #require(Possessions())
    let guest = try GuestMachine(Kvm())
    _ = try guest.cpus[0].run(GuestCall(.locked, cpl: 3))
    let excess = try #require(Possessions()).excess(over: before)
    #expect(excess.first { $0.what == "descriptors" }?.count == 3)
    #expect(excess.first { $0.what == "mappings" }?.count == 2)
    withExtendedLifetime(guest) {}
  }

  /// On one CPU each waits for the other's time slice; what counts is that all came before any began.
  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack), arguments: [1, 2])
  func vcpusBeginWhenAllHaveCome(parties: Int) throws {
    var options = GuestMachine.Options()
    options.vcpus = parties
    let guest = try GuestMachine(Kvm(), options)
    for cpu in guest.cpus { #expect(try cpu.run(GuestCall(.locked, cpl: 3)).isDone) }
    for _ in 0..<2 {
      guest.closeGate()
      var call = GuestCall(.together, cpl: 3)
      (call.parties, call.count, call.milliseconds) = (parties, 200_000, 5000)
      let reports = try Calls(guest.cpus, call).run()
      for report in reports {
        #expect(report.isDone, "\(report.obstacle ?? "")")
        #expect(report.values[0] > 0 && report.counted == report.values[0])
        #expect(report.ticks ?? 0 >= 200_000)
      }
      let came = reports.map { $0.values[1] }
      #expect(reports.allSatisfy { $0.span!.lowerBound >= came.max()! })
    }
  }

  @Test(.enabled(if: UsableKvm.isThere, UsableKvm.lack))
  func aVcpuThatWaitsInVainIsLeft() throws {
    let cpu = try GuestMachine(Kvm()).cpus[0]
    var call = GuestCall(.together, cpl: 3)
    (call.parties, call.milliseconds) = (2, 50)
    #expect(try cpu.run(call).trip.end == .deadline)
  }

  /// The same call by a thread for each vCPU.
  private final class Calls: @unchecked Sendable {
    private let cpus: [GuestCpu]
    private let call: GuestCall
    /// Of one vCPU each.
    private var outcomes: [UnsafeMutablePointer<Result<GuestReport, KvmFailure>?>]

    init(_ cpus: [GuestCpu], _ call: GuestCall) {
      (self.cpus, self.call) = (cpus, call)
      outcomes = cpus.map { _ in
        let outcome = UnsafeMutablePointer<Result<GuestReport, KvmFailure>?>.allocate(capacity: 1)
        outcome.initialize(to: nil)
        return outcome
      }
    }

    deinit {
      for outcome in outcomes {
        outcome.deinitialize(count: 1)
        outcome.deallocate()
      }
    }

    func run() throws -> [GuestReport] {
      DispatchQueue.concurrentPerform(iterations: cpus.count) { index in
        outcomes[index].pointee = Result { () throws(KvmFailure) in try cpus[index].run(call) }
      }
      return try outcomes.map { try $0.pointee!.get() }
    }
  }
}

extension GuestCpuid {
  /// Of leaf 7: features that detection has nothing to do with.
  fileprivate var ebx: UInt32? { entries.first { $0.function == GuestCpuid.leaf && $0.index == 0 }?.ebx }
}
