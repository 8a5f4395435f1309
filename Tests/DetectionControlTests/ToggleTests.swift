import Foundation
import Machine
import TestSupport
import Testing

@testable import DetectionControl

/// Toggles that are held open: they flip the one bit that the journal holds, and nothing else.
@Suite struct ToggleTests {
  private static let other: UInt64 = 1 << 31 | 1 << 28 | 1

  @Test func onlyTheOneBitChanges() throws {
    let machine = try PlainFileMachine(cpus: 2, mode: "off")
    try machine.set(0x33, Self.other, cpu: 1)
    let start = try machine.snapshot()
    let control = try machine.control()
    try control.begin(touching: [.splitLock])
    let toggle = try control.bitToggle(cpu: 1)
    for isOn in [true, false, true] {
      try toggle.write(isOn)
      #expect(try machine.get(0x33, cpu: 1) == Self.other | (isOn ? 1 << 29 : 0))
      #expect(try toggle.read() == isOn)
    }
    #expect(try machine.get(0x33, cpu: 0) == 0, "no other CPU")
    #expect(try control.restore() == [])
    #expect(try machine.snapshot() == start)
  }

  @Test func theSysctlIsWritten() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let control = try machine.control()
    try control.begin(touching: [.splitLock], mitigation: true)
    let toggle = try control.mitigationToggle()
    #expect(try toggle.read())
    try toggle.write(false)
    #expect(try machine.get("proc/sys/kernel/split_lock_mitigate") == "0\n")
    #expect(try !toggle.read())
    #expect(try control.restore() == [])
    #expect(try machine.get("proc/sys/kernel/split_lock_mitigate") == "1\n")
  }

  struct Refused: Sendable {
    var what: String
    var mode = "warn"
    var arming = true
    /// Nil does not begin.
    var touching: Set<DetectionBit.Kind>? = [.splitLock]
    var cpu = 0
  }

  @Test(arguments: [
    Refused(what: "nothing is written down yet", touching: nil),
    Refused(what: "the journal holds another bit", touching: [.busLock]),
    Refused(what: "the journal holds no such CPU", cpu: 7),
    Refused(what: "arming without leave", mode: "off", arming: false),
  ])
  func whatTheJournalDoesNotHoldIsRefused(_ test: Refused) throws {
    let machine = try PlainFileMachine(cpus: 2, mode: test.mode)
    let start = try machine.snapshot()
    let control = try machine.control(.init(writing: true, arming: test.arming))
    if let kinds = test.touching { try control.begin(touching: kinds) }
    #expect(throws: ControlRefusal.self, "\(test.what)") { try control.bitToggle(cpu: test.cpu) }
    #expect(throws: ControlRefusal.self) { try control.mitigationToggle() }
    #expect(try machine.snapshot() == start)
  }

  @Test func behindTheRestoreNothingIsWritten() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let control = try machine.control()
    try control.begin(touching: [.splitLock], mitigation: true)
    let (bit, mitigation) = (try control.bitToggle(cpu: 0), try control.mitigationToggle())
    try bit.write(false)
    #expect(control.reset() == [])
    try bit.write(false)
    #expect(try control.restore() == [])
    let restored = try machine.snapshot()
    let failure = #expect(throws: RegisterFailure.self) { try bit.write(false) }
    #expect(failure?.description.contains("put back") == true)
    #expect(throws: RegisterFailure.self) { try mitigation.write(false) }
    #expect(throws: ControlRefusal.self) { try control.bitToggle(cpu: 0) }
    #expect(try machine.snapshot() == restored)
    #expect(try bit.read(), "reading harms nobody")
  }

  @Test func whatCannotBeOpenedIsNamed() throws {
    let machine = try PlainFileMachine(cpus: 2)
    let control = try machine.control()
    try control.begin(touching: [.splitLock], mitigation: true)
    for path in ["/dev/cpu/1/msr", "/proc/sys/kernel/split_lock_mitigate"] {
      try FileManager.default.removeItem(atPath: machine.root.string + path)
    }
    let register = #expect(throws: RegisterFailure.self) { try control.bitToggle(cpu: 1) }
    #expect(register?.description.contains("MSR 0x33 of CPU 1") == true)
    let sysctl = #expect(throws: RegisterFailure.self) { try control.mitigationToggle() }
    #expect(sysctl?.description.contains("kernel.split_lock_mitigate") == true)
  }
}
