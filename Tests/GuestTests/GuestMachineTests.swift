import CGuest
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
    #expect(try cpu.run(call).isDone)
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
    let before = try Possessions()
    for _ in 0..<1000 { try once() }
    let after = try Possessions()
    #expect(after.descriptors == before.descriptors)
    #expect(after.kvmMappings == 0)
    #expect(after.children == before.children)
    // The heap may grow by a mapping; a thousand guests that leaked one each would add a thousand.
    #expect(after.mappings < before.mappings + 50)
  }

  /// What this process holds.
  private struct Possessions {
    let descriptors: Int
    let mappings: Int
    let kvmMappings: Int
    let children: String

    init() throws {
      descriptors = try Self.count("/proc/self/fd")
      let maps = try Self.text("/proc/self/maps").split(separator: "\n")
      mappings = maps.count
      kvmMappings = maps.count { $0.contains("kvm-vcpu") }
      children = try Self.text("/proc/self/task/\(getpid())/children")
    }

    private static func count(_ folder: String) throws -> Int {
      let stream = try #require(opendir(folder))
      defer { closedir(stream) }
      var count = 0
      while readdir(stream) != nil { count += 1 }
      return count
    }

    private static func text(_ path: String) throws -> String {
      let file = try #require(fopen(path, "re"))
      defer { fclose(file) }
      var bytes: [UInt8] = []
      while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

extension GuestCpuid {
  /// Of leaf 7: features that detection has nothing to do with.
  fileprivate var ebx: UInt32? { entries.first { $0.function == GuestCpuid.leaf && $0.index == 0 }?.ebx }
}
