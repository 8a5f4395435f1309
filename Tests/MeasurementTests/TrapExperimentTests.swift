import CAtomics
import Glibc
import LockKernels
import Machine
import Testing

@testable import Measurement

/// EFLAGS.AC on the CPU at hand; split locks, some hundred, only where nothing answers them.
@Suite(
  .serialized,
  .disabled(
    if: dlsym(nil, "__tsan_init") != nil, "ThreadSanitizer's own signal entry would trap under EFLAGS.AC"))
struct TrapExperimentTests {
  private static let isHarmless =
    (try? MachineReport.ofThisMachine(watchMs: 0).policy.leavesAlone) ?? false

  @Test func everyOperationIsAccountedFor() throws {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let plan = TrapPlan(
      cpus: machine.topology.cpus.map(\.id),
      share: .init(rounds: 1, budget: Self.isHarmless ? 0.05 : 0, wallLimit: 20))
    let experiment = TrapExperiment(plan, on: Bench(machine: machine, seed: 1, control: nil))
    try experiment.run(progress: { #expect((0...1).contains($0.done)) }, finishedRound: { _ in })
    #expect(experiment.end == .finished)
    for row in experiment.rows() {
      #expect(row.ledger.isBalanced, "\(row.cell)")
      guard row.cell.trigger == .eflagsAC, row.cell.context == .inProcess else { continue }
      if row.cell.placement == .aligned {
        #expect(row.outcome == .completed && row.answer.kind == .silent && row.trapped == 0)
      } else {
        #expect(row.outcome == .trapped && row.answer.kind == .eflagsAC && row.performed == 0)
        #expect(row.signs?.trapNumber == 17 && row.signs?.code == 1 && row.signs?.isAfter == false)
        #expect(row.entry!.median > 0 && row.resume!.median > 0 && row.roundTrip!.median > row.entry!.median)
      }
    }
    #expect(experiment.dutyCycles.isEmpty || !Self.isHarmless)
    #expect(experiment.judgedPolicy.evidence.contains { $0.source == "behaviour" } == Self.isHarmless)
    #expect(experiment.judgedPolicy.contradictions == machine.policy.contradictions)
    #expect(experiment.disagreements.isEmpty, "EFLAGS.AC is alike on all CPUs")
    #expect(experiment.budget.spent <= 0.05)
  }

  @Test func noBudgetIsNoSplitLock() throws {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let plan = TrapPlan(
      cpus: [machine.topology.cpus[0].id], share: .init(rounds: 1, budget: 0, wallLimit: 20))
    let experiment = TrapExperiment(plan, on: Bench(machine: machine, seed: 1, control: nil))
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    #expect(!experiment.rows().contains { $0.cell.takesBusLock })
    #expect(experiment.skipped.contains { $0.what.contains("cells of trap") })
  }
}
