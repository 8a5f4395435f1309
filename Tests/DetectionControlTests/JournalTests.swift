import Foundation
import Machine
import SystemPackage
import TestSupport
import Testing

@testable import DetectionControl

@Suite struct JournalTests {
  private static let state = DetectionState(
    bits: [.init(bit: DetectionBit(.splitLock, cpu: 3), isSet: true)], mitigates: false,
    online: [.init(cpu: 3, isOnline: false)])

  @Test func whatIsWrittenIsRead() throws {
    let machine = try PlainFileMachine(cpus: 1)
    #expect(try machine.journal.read() == nil)
    let journal = Journal(
      bootId: "b", process: 7, nonce: .max, before: Self.state)
    try machine.journal.write(journal)
    #expect(try machine.journal.read() == journal)
    try machine.journal.remove()
    #expect(try machine.journal.read() == nil)
    try machine.journal.remove()
  }

  @Test(arguments: ["", "{", "{\"boot_id\": 1}", "no json"])
  func garbageIsNoJournalAndIsSaid(text: String) throws {
    let machine = try PlainFileMachine(cpus: 1)
    try machine.put(text, "run/journal.json")
    #expect(throws: JournalFailure.self) { try machine.journal.read() }
  }

  @Test func aPlaceThatCannotBeWrittenNamesTheFlag() throws {
    let failure = #expect(throws: JournalFailure.self) {
      try JournalFile("/proc/none/journal.json").write(
        Journal(bootId: "", process: 0, nonce: 0, before: Self.state))
    }
    #expect(failure?.description.contains("--journal") == true)
  }

  @Test func theSecondToChangeIsRefusedWithTheFirstsNumber() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let first = try ControlLock(machine.files)
    let busy = #expect(throws: ControlBusy.self) { try ControlLock(machine.files, patience: 0.1) }
    #expect(busy?.process == Int(getpid()))
    withExtendedLifetime(first) {}
  }

  @Test func differencesNameWhatDiffers() {
    var now = Self.state
    #expect(now.differences(from: Self.state).isEmpty)
    now.bits[0].isSet = false
    now.mitigates = nil
    now.online[0].isOnline = true
    let found = now.differences(from: Self.state)
    #expect(found.count == 3)
    #expect(found.contains("sld of CPU 3 is off, was on"))
    #expect(found.contains("kernel.split_lock_mitigate is unreadable, was off"))
    #expect(found.contains("CPU 3 is on, was off"))
  }
}
