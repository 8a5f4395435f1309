import Foundation
import Machine
import TestSupport
import Testing

@testable import DetectionControl

@Suite struct ControlTests {
  private static let other: UInt64 = 1 << 31 | 1 << 28 | 1

  @Test func onlyTheOneBitChanges() throws {
    let machine = try PlainFileMachine(cpus: 2, mode: "off")
    try machine.set(0x33, Self.other, cpu: 1)
    try machine.set(0x1D9, 0xFFFB, cpu: 1)
    let controlled = ControlledMachine(files: machine.files, timerHz: 1000)
    #expect(controlled.set(DetectionBit(.splitLock, cpu: 1), to: true) == .took)
    #expect(try machine.get(0x33, cpu: 1) == Self.other | 1 << 29)
    #expect(controlled.set(DetectionBit(.splitLock, cpu: 1), to: true) == .wasSo)
    #expect(controlled.set(DetectionBit(.busLock, cpu: 1), to: true) == .took)
    #expect(try machine.get(0x1D9, cpu: 1) == 0xFFFF)
    #expect(controlled.set(DetectionBit(.splitLock, cpu: 1), to: false) == .took)
    #expect(try machine.get(0x33, cpu: 1) == Self.other)
    #expect(try machine.get(0x33, cpu: 0) == 0, "no other CPU")
  }

  @Test func whatCannotBeWrittenIsAnOutcome() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let controlled = ControlledMachine(files: machine.files, timerHz: 1000)
    guard case .refused(let reason) = controlled.set(DetectionBit(.splitLock, cpu: 9), to: true) else {
      Issue.record("there is no CPU 9")
      return
    }
    #expect(reason.contains("CPU 9") && reason.contains("modprobe"))
  }

  @Test func withoutLeaveNothingIsTouched() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let refusal = #expect(throws: ControlRefusal.self) { try machine.control(.init(writing: false)) }
    #expect(refusal?.description.contains("--allow-msr-writes") == true)
    #expect(try machine.journal.read() == nil)
  }

  struct Arming: Sendable {
    var mode: String
    var arming = false
    var force = false
    var panics = false
    /// What the refusal names; nil where it is allowed.
    var refusal: String?
  }

  @Test(arguments: [
    Arming(mode: "warn"), Arming(mode: "fatal"),
    Arming(mode: "off", refusal: "--allow-arming"),
    Arming(mode: "ratelimit:5", refusal: "--allow-arming"),
    Arming(mode: "off", arming: true),
    Arming(mode: "off", arming: true, panics: true, refusal: "--force"),
    Arming(mode: "off", arming: true, force: true, panics: true),
    Arming(mode: "warn", panics: true),
  ])
  func armingWhatLinuxBootedWithoutNeedsLeave(_ test: Arming) throws {
    let machine = try PlainFileMachine(cpus: 1, mode: test.mode)
    if test.panics { try machine.put("1\n", "proc/sys/kernel/panic_on_oops") }
    let control = try machine.control(.init(writing: true, arming: test.arming, force: test.force))
    if let refusal = test.refusal {
      let found = #expect(throws: ControlRefusal.self) { try control.check([.splitLock: true]) }
      #expect(found?.description.contains(refusal) == true)
      #expect(found?.description.contains("oops") == true, "says what may die")
    } else {
      let warnings = try control.check([.splitLock: true])
      #expect(warnings.contains { $0.contains("oops") } == (test.mode == "off"))
      #expect(warnings.contains { $0.contains("taints") })
    }
    _ = try control.check([.splitLock: false])
  }

  @Test func aRunningVirtualMachineIsNamed() throws {
    let machine = try PlainFileMachine(cpus: 1, mode: "off")
    try machine.put("CPU 0/KVM\n", "proc/4242/comm")
    let folder = machine.root.string + "/proc/4242/fd"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/9", withDestinationPath: "anon_inode:kvm-vm")
    let hazard = ArmingHazard(files: machine.files)
    #expect(hazard.monitors == ["4242 (CPU 0/KVM)"] && hazard.isGrave)
    let control = try machine.control(.init(writing: true, arming: true))
    let refusal = #expect(throws: ControlRefusal.self) { try control.check([.splitLock: true]) }
    #expect(refusal?.description.contains("4242 (CPU 0/KVM)") == true)
  }

  @Test func aRegisterThatTheCpuLacksIsNotWritten() throws {
    let machine = try PlainFileMachine(cpus: 1, flags: "fpu")
    try machine.set(0xCF, 0, cpu: 0)
    let control = try machine.control()
    let refusal = #expect(throws: ControlRefusal.self) { try control.check([.splitLock: false]) }
    #expect(refusal?.description.contains("nothing was written") == true)
    #expect(control.before.bits.allSatisfy { $0.bit.kind != .splitLock })
  }

  @Test func msrSetStaysAndItsJournalRemembersTheStart() throws {
    let machine = try PlainFileMachine(cpus: 2)
    let start = try machine.snapshot()
    for isOn in [false, true, true] {
      let control = try machine.control()
      try control.begin(touching: [.splitLock, .busLock], mitigation: true)
      #expect(control.set([DetectionBit(.splitLock, cpu: 0)], to: isOn)[0].outcome.isEffective)
      _ = control.set([DetectionBit(.busLock, cpu: 1)], to: true)
    }
    #expect(try machine.snapshot() != start)
    #expect(try Undo(file: machine.journal, files: machine.files).run() == .restored(5))
    #expect(try machine.snapshot() == start)
    #expect(try Undo(file: machine.journal, files: machine.files).run() == .nothingToDo)
  }

  @Test func aJournalOfAnotherBootIsRefusedAndExplained() throws {
    let machine = try PlainFileMachine(cpus: 1)
    do {
      let control = try machine.control()
      try control.begin(touching: [.splitLock, .busLock], mitigation: true)
      _ = control.set([DetectionBit(.busLock, cpu: 0)], to: true)
    }
    try machine.put("another\n", "proc/sys/kernel/random/boot_id")
    let stale = #expect(throws: StaleJournal.self) { try machine.control() }
    #expect(stale?.description.contains("earlier boot") == true)
    let changed = try machine.snapshot()
    #expect(try Undo(file: machine.journal, files: machine.files).run() == .ofAnotherBoot)
    #expect(try machine.snapshot() == changed, "it says nothing of this boot")
  }

  @Test func cpusComeOnlineFirstAndGoOfflineLast() throws {
    let machine = try PlainFileMachine(cpus: 3, mode: "off")
    try machine.put("0\n", "sys/devices/system/cpu/cpu2/online")
    let controlled = ControlledMachine(files: machine.files, timerHz: 1000)
    let bits = [DetectionBit(.splitLock, cpu: 0), DetectionBit(.splitLock, cpu: 1)]
    let before = try #require(controlled.settledState(of: bits, cpus: [0, 1, 2]))
    #expect(controlled.setOnline(false, cpu: 1) == .took)
    #expect(controlled.setOnline(true, cpu: 2) == .took)
    #expect(controlled.setMitigation(false) == .took)
    #expect(controlled.set(bits[0], to: true) == .took)
    #expect(Restoration(machine: controlled, before: before).run().isEmpty)
    #expect(controlled.state(of: bits, cpus: [0, 1, 2]) == before)
  }

  @Test func onlyJournaledCpusGoOffline() throws {
    let machine = try PlainFileMachine(cpus: 2)
    let start = try machine.snapshot()
    let control = try machine.control()
    try control.begin(touching: [], hotplug: [1])
    guard case .refused = control.setOnline(false, cpu: 0) else {
      Issue.record("CPU 0 is not in the journal")
      return
    }
    #expect(control.setOnline(false, cpu: 1) == .took)
    #expect(try machine.snapshot() != start)
    #expect(try control.restore() == [])
    #expect(try machine.snapshot() == start)
  }

  @Test func cpusetsOfVersionOneWouldLoseACpu() throws {
    let machine = try PlainFileMachine(cpus: 2)
    let header = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
    #expect(HotplugHazard.obstacles([1], machine.files) == [])
    for (line, obstacle) in [
      ("cpuset\t0\t117\t1", nil), ("cpuset\t3\t1\t1", nil),
      ("cpuset\t3\t2\t1", "1 cpuset control groups of version 1"), ("cpuset", nil),
    ] {
      try machine.put(header + "cpu\t1\t9\t1\n" + line + "\n", "proc/cgroups")
      let found = HotplugHazard.obstacles([1], machine.files)
      #expect(found.count == (obstacle == nil ? 0 : 1), "\(line)")
      #expect(found.first?.hasPrefix(obstacle ?? "") ?? true)
    }
  }

  @Test func tasksOfThatCpuAloneWouldLoseIt() throws {
    let machine = try PlainFileMachine(cpus: 2)
    func task(_ process: Int, _ task: Int, on list: String, memory: Bool = true) throws {
      try machine.put("worker-\(process)\n", "proc/\(process)/comm")
      try machine.put(
        "Name:\tworker\n" + (memory ? "VmSize:\t  10 kB\n" : "")
          + "Cpus_allowed:\t2\nCpus_allowed_list:\t\(list)\n",
        "proc/\(process)/task/\(task)/status")
    }
    try task(10, 10, on: "0-1")
    try task(11, 11, on: "0")
    try task(12, 12, on: "1", memory: false)
    #expect(HotplugHazard.obstacles([1], machine.files) == [], "a thread of Linux's own is parked")
    try task(10, 13, on: "1")
    #expect(
      HotplugHazard.obstacles([1], machine.files) == [
        "processes bound to CPU 1 would be let onto all others for good: 10 (worker-10)"
      ])
  }

  @Test func whatCannotBePutBackIsNamed() throws {
    let machine = try PlainFileMachine(cpus: 1, mode: "off")
    let controlled = ControlledMachine(files: machine.files, timerHz: 1000)
    let bit = DetectionBit(.splitLock, cpu: 0)
    let before = controlled.state(of: [bit], cpus: [])
    #expect(controlled.set(bit, to: true) == .took)
    try FileManager.default.removeItem(atPath: machine.root.string + "/dev/cpu/0/msr")
    let left = Restoration(machine: controlled, before: before).run()
    #expect(left.contains { $0.contains("sld of CPU 0 is unreadable, was off") })
  }
}
