import DetectionControl
import Machine
import TestSupport
import Testing

@Suite struct SettingTests {
  @Test(arguments: ["as-found", "sld-on", "bld-off+mitigate-on", "sld-on-sibling+bld-on+mitigate-off"])
  func anIdIsReadBack(id: String) {
    #expect(Setting(id)?.id == id)
  }

  @Test(arguments: [
    "", "+", "sld", "sld-on+", "sld-on+sld-off", "bld-on+bld-on", "as-found+sld-on", "SLD-ON",
  ])
  func whatIsNoneIsRefused(id: String) {
    #expect(Setting(id) == nil)
  }

  private static func report(_ topology: String, flags: String) throws -> MachineReport {
    let machine = try PlainFileMachine(cpus: 1, flags: flags)
    try machine.set(0xCF, 0, cpu: 0)
    var report = try MachineReport.ofThisMachine(files: machine.files, watchMs: 0)
    report.topology = try Topology.synthetic(topology)
    report.registers = []
    return report
  }

  struct Machine: Sendable {
    var topology: String
    var flags: String
    /// How many settings there are.
    var count: Int
    var lacks: String?
  }

  /// Options of #AC, of #DB (as found, on, off) and of the sysctl (as found, 1, 0), multiplied.
  @Test(arguments: [
    Machine(topology: "pack:2 core:2 pu:2", flags: "split_lock_detect bus_lock_detect", count: 6 * 3 * 3),
    Machine(topology: "pack:2 core:2 pu:2", flags: "split_lock_detect", count: 6 * 3),
    Machine(topology: "core:4 pu:1", flags: "split_lock_detect", count: 5 * 3, lacks: "sld-on-sibling"),
    Machine(topology: "core:1 pu:1", flags: "split_lock_detect", count: 4 * 3, lacks: "sld-on-other-core"),
    Machine(topology: "core:2 pu:1", flags: "bus_lock_detect", count: 3 * 3, lacks: "sld-on"),
    Machine(topology: "core:2 pu:1", flags: "fpu", count: 3, lacks: "bld-off"),
  ])
  func onlyWhatTheMachineHasIsOffered(_ test: Machine) throws {
    let report = try Self.report(test.topology, flags: test.flags)
    // On a processor with #DB of its own there would be more.
    guard !report.processor.hasBusLockDetect else { return }
    let cpu = report.topology.cpus[0]
    let all = Setting.all(report, measuring: cpu)
    #expect(all.count == test.count)
    #expect(Set(all).count == all.count && all.first == .asFound)
    if let lacks = test.lacks {
      #expect(Setting(lacks)!.obstacle(report, measuring: cpu) != nil)
      #expect(!all.contains { $0.id.hasPrefix(lacks) && $0.id != "sld-on-own-core" && lacks != "sld-on" })
    }
  }

  /// IA32_DEBUGCTL is written from its own CPU.
  @Test(.enabled(if: ((try? Topology.ofThisMachine().cpus.map(\.id)) ?? []).starts(with: [0, 1])))
  func aSettingIsMadeFromAsItWasFound() throws {
    let machine = try PlainFileMachine(cpus: 2)
    let start = try machine.snapshot()
    let control = try machine.control()
    try control.begin(touching: [.splitLock, .busLock], mitigation: true)
    let cpu = try machine.report().topology.cpus[1]
    func armed() throws -> [Bool] { try (0..<2).map { try machine.get(0x33, cpu: $0) >> 29 & 1 == 1 } }

    #expect(control.apply(Setting("sld-on-own-core")!, measuring: cpu) == [])
    #expect(try armed() == [false, true])
    #expect(control.apply(Setting("sld-on-other-core")!, measuring: cpu) == [])
    #expect(try armed() == [true, false])
    #expect(control.apply(Setting("sld-off+bld-on+mitigate-off")!, measuring: cpu) == [])
    #expect(try armed() == [false, false])
    #expect(try machine.get(0x1D9, cpu: 1) == 4)
    #expect(try machine.get("proc/sys/kernel/split_lock_mitigate") == "0\n")
    #expect(control.apply(.asFound, measuring: cpu) == [])
    #expect(try machine.snapshot() == start)
    #expect(try control.restore() == [])
  }
}
