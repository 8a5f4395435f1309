import DetectionControl
import Foundation
import Machine
import Synchronization
import TestSupport
import Testing

@testable import Measurement

/// The experiment `toggle` on plain files in place of registers. The files' machine neither delays nor kills, so that its
/// behaviour is not watched.
@Suite(.serialized) struct ToggleTests {
  /// A machine whose CPUs are this one's first ones.
  private func machine(cpus: Int) throws -> (PlainFileMachine, MachineReport) {
    let machine = try PlainFileMachine(cpus: cpus, mode: "off")
    try machine.put("0\n", "proc/sys/kernel/split_lock_mitigate")
    return (machine, try machine.report())
  }

  private func experiment(
    _ machine: PlainFileMachine, _ report: MachineReport, rounds: Int = 1, budget: Double = 0,
    wallLimit: Double = 60
  ) throws -> (ToggleExperiment, DetectionControl) {
    let control = try machine.control()
    try control.begin(touching: [.splitLock], mitigation: true)
    let plan = TogglePlan(
      writer: report.topology.cpus.last!, in: report.topology,
      share: .init(rounds: rounds, budget: budget, wallLimit: wallLimit))
    return (try ToggleExperiment(plan, on: Bench(machine: report, seed: 3, control: control)), control)
  }

  static let hasTwoCpus = ((try? Topology.ofThisMachine().cpus.map(\.id)) ?? []).starts(with: [0, 1])

  @Test(.enabled(if: hasTwoCpus, "one CPU only"))
  func everyPartIsMeasuredAndPutBack() throws {
    let (machine, report) = try machine(cpus: 2)
    // All that SplitBench may change, and the bits beside it.
    try machine.set(0x33, 1 << 28, cpu: 1)
    let start = try machine.snapshot()
    let (experiment, control) = try experiment(machine, report, rounds: 2)
    var rounds = 0
    try experiment.run(progress: { #expect((0...1).contains($0.done)) }, finishedRound: { _ in rounds += 1 })
    #expect(rounds == 2 && experiment.end == .finished)
    #expect(try machine.snapshot() == start, "before the restore, too")
    #expect(try control.restore() == [])

    let rows = experiment.rows()
    #expect(Set(rows.map(\.cell.part)) == Set(ToggleCell.Part.allCases).subtracting([.behaviour]))
    #expect(rows.allSatisfy { $0.roundCount == 2 && $0.trials == nil })
    for row in rows where row.cell.part != .bystander {
      #expect(row.samples > 0 && row.leastNs! > 0 && row.leastNs! <= row.medianNs!.value, "\(row.cell)")
      #expect((row.p90Ns != nil) == (row.samples >= 100), "\(row.cell)")
      #expect((row.p99Ns != nil) == (row.samples >= 1000), "\(row.cell)")
    }
    for row in rows where row.cell.part == .bystander {
      #expect(row.samples == 0 && row.controlNs! > 0 && row.treatedNs! > 0 && row.achievedRate! > 0)
    }
    let all = rows.filter { $0.cell.part == .allParallel }
    #expect(all.map(\.cell.operation) == [.read, .write])
    #expect(all.allSatisfy { $0.cell.cpus == 2 && $0.cell.writers == 2 && $0.cell.writerCpu == nil })
    let relations = rows.filter { $0.cell.part == .write }.map(\.relation)
    #expect(relations.first == .same && relations.count == 2)
    #expect(experiment.skipped.map(\.what) == ["toggle's behaviour"])
    #expect(experiment.budget.operations == 0)
  }

  @Test func oneCpuHasNoOthers() throws {
    let (machine, report) = try machine(cpus: 1)
    let (experiment, control) = try experiment(machine, report)
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    #expect(Set(experiment.rows().map(\.cell.part)) == [.read, .write, .sysctl])
    #expect(experiment.skipped.contains { $0.reason == "this process may use one CPU only" })
    #expect(try control.restore() == [])
  }

  @Test func aRefusedWriteIsAnOutcome() throws {
    let (machine, report) = try machine(cpus: 1)
    let (experiment, control) = try experiment(machine, report)
    // A file that reads as zeros and refuses every write.
    let path = machine.root.string + "/dev/cpu/0/msr"
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    let row = try #require(experiment.rows().first { $0.cell.part == .write })
    #expect(row.samples == 0 && row.medianNs == nil)
    #expect(row.write?.isEffective == false)
    #expect(experiment.skipped.contains { $0.what == "toggle of CPU 0" })
    #expect(experiment.rows().contains { $0.cell.part == .read && $0.samples > 0 })
    withExtendedLifetime(control) {}
  }

  @Test func withoutASysctlItIsLeftOut() throws {
    let (machine, _) = try machine(cpus: 1)
    try FileManager.default.removeItem(atPath: machine.root.string + "/proc/sys/kernel/split_lock_mitigate")
    let (experiment, _) = try experiment(machine, try machine.report())
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    #expect(experiment.rows().allSatisfy { $0.cell.part != .sysctl })
    #expect(experiment.skipped.contains { $0.reason.contains("no kernel.split_lock_mitigate") })
  }

  /// Linux 5.7 to 5.18 answers #AC with a line in its log, and no sysctl tells.
  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func whatOnlyWarnsIsTriedFirst() throws {
    for (budget, reason, operations) in [(0.05, "neither delayed nor signalled", 1), (0, "budget", 0)] {
      let (machine, _) = try machine(cpus: 1)
      try FileManager.default.removeItem(
        atPath: machine.root.string + "/proc/sys/kernel/split_lock_mitigate")
      let start = try machine.get(0x33, cpu: 0)
      let (experiment, control) = try experiment(machine, try machine.report(), budget: budget)
      try experiment.run(progress: { _ in }, finishedRound: { _ in })
      #expect(experiment.rows().allSatisfy { $0.cell.part != .behaviour } && experiment.warnings.isEmpty)
      let skips = experiment.skipped.filter { $0.what == "toggle's behaviour" }
      #expect(skips.count == 1 && skips[0].reason.contains(reason), "\(experiment.skipped)")
      #expect(experiment.budget.operations == operations)
      #expect(try machine.get(0x33, cpu: 0) == start && control.restore() == [])
    }
  }

  @Test(
    arguments: [
      (SplitLockAnswer(exception: .ac, isDelayed: true), nil), (SplitLockAnswer(isSignalled: true), nil),
      (SplitLockAnswer(exception: .ac), "neither"), (SplitLockAnswer(), "neither"),
      (nil, "could not be tried"),
    ] as [(SplitLockAnswer?, String?)])
  func anAnswerShowsWhetherBehaviourDoes(_ answer: SplitLockAnswer?, _ word: String?) {
    let obstacle = TogglePlan.behaviourObstacle(answer, on: 2)
    #expect(word.map { obstacle?.contains($0) == true } ?? (obstacle == nil), "\(obstacle ?? "none")")
  }

  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func itsOwnTimeEndsATrial() throws {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let trial = try BehaviourTrial(
      cpu: machine.topology.cpus[0].id, machine: machine, clock: TscClock(), burst: 2e-4)
    let calls = Atomic<Int>(0)
    let hasRun = trial.run(
      own: { calls.add(1, ordering: .relaxed) }, beside: { #expect(trial.waitUntilFree()) })
    #expect(hasRun && calls.load(ordering: .relaxed) == 1)
    #expect(trial.record.changed == nil && trial.record.lastFree?.met == .nothing)
    #expect(trial.record.locked.operations >= 5 && trial.record.locked.seconds >= 2e-4)
  }

  @Test func timeEndsIt() throws {
    let (machine, report) = try machine(cpus: 1)
    let (experiment, _) = try experiment(machine, report, wallLimit: 0)
    try experiment.run(progress: { _ in }, finishedRound: { _ in Issue.record("no round fits") })
    #expect(experiment.end == .wallLimit && experiment.rows().isEmpty)
    #expect(experiment.skipped.contains { $0.what.contains("cells of toggle") })
  }

  struct Planned: Sendable {
    var topology: String
    var writer: Int
    var cpus: [Int]
    var victims: [Int]
  }

  @Test(arguments: [
    Planned(topology: "pack:1 core:1 pu:1", writer: 0, cpus: [0], victims: []),
    Planned(topology: "pack:1 core:1 pu:2", writer: 1, cpus: [1, 0], victims: [0]),
    Planned(topology: "pack:2 l3:1 core:2 pu:2", writer: 2, cpus: [2, 3, 0, 4], victims: [3, 0]),
    Planned(topology: "pack:2 core:1 pu:1", writer: 1, cpus: [1, 0], victims: [0]),
  ])
  func onePlanForEveryRelation(_ test: Planned) throws {
    let topology = try Topology.synthetic(test.topology)
    let plan = TogglePlan(
      writer: try #require(topology.cpu(test.writer)), in: topology,
      share: .init(rounds: 1, budget: 1, wallLimit: 1))
    #expect(plan.cpus == test.cpus)
    #expect(plan.victims == test.victims)
    let cells = plan.cells(writable: Set(plan.all), showsBehaviour: true, hasSysctl: true)
    #expect(Set(cells).count == cells.count)
    let isAlone = plan.all.count == 1
    #expect(cells.contains { $0.part == .allSerial || $0.part == .allParallel } == !isAlone)
    // Alone; by one writer, who cannot split-lock meanwhile; by all.
    #expect(
      cells.count { $0.part == .behaviour } == (isAlone ? 1 : 3 * plan.cpus.count - 1), "\(test.topology)")
    // The CPU that takes no write is read, tried, and left alone.
    let without = plan.cells(writable: Set(plan.all.dropLast()), showsBehaviour: true, hasSysctl: false)
    let refusing = plan.all.last!
    #expect(
      without.allSatisfy { $0.cpu != refusing || $0.part == .read || $0.part == .write })
    #expect(without.allSatisfy { $0.cpus < plan.all.count || isAlone })
  }

  @Test func behaviourShowsWhereLinuxAnswers() throws {
    var policy = try machine(cpus: 1).1.policy
    for (mode, mitigates, shows, triesFirst) in [
      (DetectionPolicy.Mode.warn, true, true, false), (.warn, false, false, false), (.warn, nil, true, true),
      (.fatal, false, true, false), (.fatal, nil, true, false), (.off, true, true, false),
      (.off, nil, true, true), (.off, false, false, false), (.ratelimit, true, true, false),
    ] as [(DetectionPolicy.Mode, Bool?, Bool, Bool)] {
      (policy.mode, policy.mitigates) = (mode, mitigates)
      #expect(
        (TogglePlan.behaviourObstacle(policy) == nil) == shows, "\(mode) \(String(describing: mitigates))")
      #expect(TogglePlan.mustTry(policy) == triesFirst, "\(mode) \(String(describing: mitigates))")
    }
  }
}
