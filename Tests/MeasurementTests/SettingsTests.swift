import DetectionControl
import LockKernels
import Machine
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
    var course = ExperimentCourse(budget: 0)
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
      let result = try bystander.visit(behaviour: behaviour, cost: 1e-6, delayed: 0.1, budget: &budget)
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
}
