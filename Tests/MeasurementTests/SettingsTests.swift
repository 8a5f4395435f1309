import DetectionControl
import LockKernels
import Machine
import TestSupport
import Testing

@testable import Measurement

/// What is measured under each setting, without a budget: so no bus lock is taken.
@Suite(.serialized) struct SettingsTests {
  private static let settings = ["as-found", "sld-off+mitigate-off"].map { Setting($0)! }

  @Test func everySplitCellHasItsLockedControls() throws {
    let cells = try SettingsCost.cells(cpu: 3, lineBytes: 64)
    #expect(cells.allSatisfy { $0.kernel.isLocked && $0.kernel.widthBytes == 8 && $0.cpu == 3 })
    #expect(Set(cells).count == cells.count)
    let split = Set(
      cells.filter(\.takesBusLock).map { "\($0.kernel.instruction.rawValue) \($0.placement.rawValue)" })
    #expect(split == ["add line-split", "add page-split", "xchg line-split", "cmpxchg line-split"])
    for cell in cells where cell.takesBusLock {
      #expect(cells.contains(cell.aligned), "\(cell)")
      #expect(cells.contains { $0.kernel == cell.kernel && $0.placement == .withinLine }, "\(cell)")
    }
  }

  private func visited(
    _ behaviour: DoseResponse.Behaviour
  ) throws -> (cost: SettingsCost, course: ExperimentCourse, settled: Int) {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let cost = try SettingsCost(
      settings: Self.settings, cpu: machine.topology.cpus.last!.id, machine: machine, clock: TscClock(),
      seed: 5)
    var course = ExperimentCourse(.init(rounds: 1, budget: 0, wallLimit: 0), at: 0)
    var settled = 0
    try BusErrorGuard.installed {
      try cost.visit(
        Self.settings[1], round: 0, behaviour: behaviour, cost: 1e-6, course: &course,
        settle: { settled += 1 })
    }
    return (cost, course, settled)
  }

  @Test(arguments: [DoseResponse.Behaviour.completed, .delayed, .trapped])
  func aSpentBudgetLeavesTheControls(_ behaviour: DoseResponse.Behaviour) throws {
    let (cost, course, settled) = try visited(behaviour)
    let rows = cost.rows { _ in true }
    #expect(Set(rows.map(\.cell.setting)) == [Self.settings[1]], "the other was not visited")
    #expect(!rows.isEmpty && rows.allSatisfy { !$0.cell.takesBusLock && $0.outcome != .trapped })
    #expect(rows.allSatisfy { $0.roundCount == 1 && !$0.isHeadline })
    #expect(course.budget.operations == 0 && settled == 0)
    let left = try #require(cost.unmeasured(Self.settings[1]))
    #expect(left.count >= 4 && left.reason == ExperimentEnd.outOfBudget)
  }

  @Test(.enabled(if: ((try? Topology.ofThisMachine().cpus.count) ?? 1) > 1))
  func aSpentBudgetLeavesTheBystander() throws {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let cpus = machine.topology.cpus
    let pair = RelatedPair(
      victim: cpus[0].id, aggressor: cpus[1].id,
      relation: machine.topology.relation(of: cpus[0], to: cpus[1]))
    let bystander = try SettingsBystander(pair: pair, machine: machine, clock: TscClock(), seed: 5)
    var budget = BusBudget(limit: 0)
    for behaviour in [DoseResponse.Behaviour.completed, .delayed] {
      let result = try bystander.visit(
        behaviour: behaviour, cost: 1e-6, delayed: (0.1, 0.03), budget: &budget)
      guard case .failure(let lack) = result else {
        Issue.record("\(behaviour): measured without a budget")
        continue
      }
      #expect(lack.reason == ExperimentEnd.outOfBudget)
    }
    #expect(budget.operations == 0)
  }

  @Test(arguments: [
    (trapped: 0, delays: [UInt64](), sleeps: 0, DoseResponse.Behaviour.completed),
    (trapped: 0, delays: [1], sleeps: 0, .completed),
    (trapped: 0, delays: [1], sleeps: 1, .delayed),
    (trapped: 2, delays: [1], sleeps: 1, .trapped),
  ])
  func whatTheLoopMetDecides(
    _ trapped: Int, _ delays: [UInt64], _ sleeps: Int, _ behaviour: DoseResponse.Behaviour
  ) {
    var record = TrapRecord(
      TrapCell(
        cpu: 0, trigger: .splitLock, context: .inProcess, placement: .lineSplit, widthBytes: 8, isLocked: true
      ))
    (record.issued, record.trapped, record.delays, record.sleeps) = (100, trapped, delays, sleeps)
    #expect(record.behaviour == behaviour)
  }

  /// Its time is up before the first visit.
  @Test func whateverEndsItLeavesTheMachineAsFound() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let (report, control) = (try machine.report(), try machine.control())
    try control.begin(touching: [.splitLock])
    let plan = SettingsPlan(
      settings: Self.settings, cpu: report.topology.cpus[0], bystander: nil,
      share: .init(rounds: 1, budget: 0, wallLimit: 0))
    let experiment = try SettingsExperiment(plan, on: Bench(machine: report, seed: 3, control: control))
    try machine.set(0x33, 0, cpu: 0)
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    #expect(experiment.end == .wallLimit && experiment.rows().isEmpty)
    #expect(try machine.get(0x33, cpu: 0) == 1 << 29)
  }

  /// #DB answers each operation of the first two settings, and Linux only warns.
  @Test func theCheapestSettingIsNative() {
    var native = NativeCost()
    native.learn([])
    #expect(native.seconds == nil)
    for (times, seconds) in [
      ([5e-6, 6e-6, 9e-6], 6e-6), ([7e-6], 6e-6), ([1e-6, 2e-6, 3e-6], 2e-6), ([], 2e-6), ([4e-6], 2e-6),
    ] {
      native.learn(times)
      #expect(native.seconds == seconds)
    }
  }

  @Test func onlyWholeCyclesCount() throws {
    var cycles = DelayCycles()
    #expect(cycles.isEmpty && cycles.length == nil && cycles.operationsPerSecond == nil)
    cycles.add(operations: 1, at: 0.014)
    #expect(!cycles.isEmpty && cycles.length == nil && cycles.operationsPerSecond == nil)
    cycles.add(operations: 3001, at: 0.038)
    cycles.add(operations: 7001, at: 0.064)
    #expect(abs(try #require(cycles.length) - 0.025) < 1e-9)
    #expect(abs(try #require(cycles.operationsPerSecond) - 140_000) < 1e-6)
  }

  /// Windows of 10 ms and sleeps of 14 in a slice of 100 ms, which from a window's opening on holds 44 ms of them, not 41.7.
  @Test func aSliceHoldsWindowsAsOftenAsTheyAre() {
    let (window, cycle, length) = (0.010, 0.024, 0.100)
    /// Open time until so many seconds behind an opening.
    func open(_ time: Double) -> Double {
      let whole = (time / cycle).rounded(.down)
      return whole * window + min(window, time - whole * cycle)
    }
    func share(_ phase: Double) -> Double { (open(phase + length) - open(phase)) / length }
    var generator = SeededGenerator(seed: 3)
    let shares = (0..<4000).map { _ in share(SettingsBystander.phase(in: cycle, using: &generator)) }
    let mean = shares.reduce(0, +) / Double(shares.count)
    #expect(abs(mean - window / cycle) < 0.002, "\(mean)")
    #expect(abs(share(0) - window / cycle) > 0.02, "what the random beginning is for")
    #expect(SettingsBystander.phase(in: 0, using: &generator) == 0)
  }

  struct Left: Sendable {
    var mode: DetectionPolicy.Mode
    var mitigates: Bool? = true
    var setting: String
    var isArmed: Bool?
    /// What is left of it where Linux has both #AC and #DB.
    var mayDelay: Bool
    var isQuiet: Bool
  }

  @Test(arguments: [
    Left(mode: .warn, setting: "as-found", isArmed: true, mayDelay: true, isQuiet: false),
    Left(mode: .warn, setting: "as-found", isArmed: nil, mayDelay: true, isQuiet: false),
    Left(mode: .warn, setting: "mitigate-off", isArmed: true, mayDelay: false, isQuiet: true),
    Left(
      mode: .warn, mitigates: false, setting: "mitigate-on", isArmed: true, mayDelay: true, isQuiet: false),
    Left(mode: .warn, setting: "sld-off", isArmed: false, mayDelay: false, isQuiet: false),
    Left(mode: .warn, setting: "sld-off+mitigate-off", isArmed: false, mayDelay: false, isQuiet: false),
    Left(mode: .warn, setting: "sld-off+bld-on", isArmed: false, mayDelay: false, isQuiet: true),
    Left(mode: .ratelimit, setting: "as-found", isArmed: false, mayDelay: true, isQuiet: false),
    Left(mode: .ratelimit, setting: "bld-off", isArmed: false, mayDelay: false, isQuiet: false),
    Left(mode: .fatal, setting: "sld-off+bld-on", isArmed: false, mayDelay: false, isQuiet: false),
  ])
  func aSettingLeavesOfThePolicy(_ left: Left) throws {
    var policy = try PlainFileMachine(cpus: 1).report().policy
    (policy.mode, policy.mitigates) = (left.mode, left.mitigates)
    let under = policy.under(try #require(Setting(left.setting)), isArmed: left.isArmed)
    #expect(under.mayDelay == left.mayDelay && under.isQuiet == left.isQuiet, "\(left)")
  }
}
