import DetectionControl
import TestSupport
import Testing

@testable import Machine
@testable import Measurement

@Suite struct HotplugTests {
  @Test(arguments: [
    ("pack:1 core:4 pu:1", [0, 1, 2, 3], [3]),
    ("pack:1 core:4 pu:1", [1, 2], [2]),
    ("pack:2 core:2 pu:2", [1, 2, 3, 4, 5, 6, 7], [3, 7]),
    ("pack:2 core:1 pu:1", [1], [1]),
    ("pack:1 core:1 pu:1", [], []),
  ])
  func theLastCpuOfEachPackageGoes(_ description: String, removable: [Int], chosen: [Int]) throws {
    let plan = HotplugPlan(
      topology: try Topology.synthetic(description), removable: removable, bits: [.splitLock],
      share: .init(rounds: 1, budget: 1, wallLimit: 1))
    #expect(plan.cpus == chosen)
  }

  @Test func aCpuWithASiblingIsRatherTaken() throws {
    let whole = try Topology.synthetic("pack:1 core:3 pu:2")
    let topology = Topology(
      cpus: whole.cpus.filter { $0.id != 5 }, onlineCount: 5, packageCount: 1, numaNodeCount: 1,
      numaDistances: [:])
    let plan = HotplugPlan(
      topology: topology, removable: [1, 2, 3, 4], bits: [.splitLock],
      share: .init(rounds: 1, budget: 1, wallLimit: 1))
    #expect(plan.cpus == [3], "of CPU 4 nobody could see what becomes of its register")
  }

  /// Bits of the sibling before, meanwhile and behind; the CPU's own was cleared, and came back set.
  @Test(
    arguments: [
      ([false, true, true], HotplugRow.Moment.offline), ([false, false, true], .online),
      ([true, true, true], nil), ([nil, nil, nil], nil),
    ] as [([Bool?], HotplugRow.Moment?)])
  func aSiblingTellsWhenLinuxWrote(_ sibling: [Bool?], moment: HotplugRow.Moment?) {
    let row = HotplugRow(
      cpu: 1, bit: .splitLock, start: .flipped, write: .took, bitBefore: false, bitAfter: true, sibling: 0,
      siblingBits: sibling, metBefore: nil, metAfter: nil, offline: .took, online: .took, offlineMs: 1,
      onlineMs: 1)
    #expect(row.isInitialised == true && row.initialisedWhen == moment)
  }

  @Test(arguments: [
    (HotplugRow.Start.asFound, true, true, true, nil as Bool?),
    (.flipped, false, true, false, true),
    (.flipped, true, true, true, false),
  ])
  func aFlippedBitTellsWhoWroteIt(
    _ start: HotplugRow.Start, before: Bool, after: Bool, kept: Bool, initialised: Bool?
  ) {
    var row = HotplugRow(
      cpu: 1, bit: .splitLock, start: start, write: nil, bitBefore: before, bitAfter: after, sibling: nil,
      siblingBits: [nil, nil, nil], metBefore: nil, metAfter: nil, offline: .took, online: .took,
      offlineMs: 1,
      onlineMs: 1)
    #expect(row.isKept == kept)
    #expect(row.isInitialised == initialised)
    row.offline = .refused("busy")
    #expect(row.isKept == nil && row.isInitialised == nil, "it never went")
  }

  /// Plain files have no Linux that writes its own value: what was written stays, and is put back.
  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func everythingIsPutBack() throws {
    let machine = try PlainFileMachine(cpus: 2)
    let start = try machine.snapshot()
    let report = try machine.report()
    let control = try machine.control()
    try control.begin(touching: [.splitLock, .busLock], hotplug: [1])
    let plan = HotplugPlan(
      topology: report.topology, removable: HotplugHazard.removable(report.topology, machine.files),
      bits: [.splitLock, .busLock], share: .init(rounds: 1, budget: 1, wallLimit: 60))
    #expect(plan.cpus == [1])
    let experiment = try HotplugExperiment(plan, on: Bench(machine: report, seed: 1, control: control))
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    #expect(experiment.end == .finished && experiment.skipped.isEmpty)
    #expect(experiment.rows().count == 4)
    #expect(experiment.rows().allSatisfy { $0.isKept == true && $0.metAfter?.isNothing == true })
    #expect(experiment.rows().filter { $0.start == .flipped }.allSatisfy { $0.isInitialised == false })
    #expect(try control.restore() == [])
    #expect(try machine.snapshot() == start)
  }
}
