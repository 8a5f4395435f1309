import CAtomics
import Glibc
import LockKernels
import Machine
import Testing

@testable import Measurement

/// Whole experiments of two CPUs: a few milliseconds of split locks each, none where Linux would delay or kill.
@Suite(
  .serialized,
  .enabled(
    if: (try? MachineReport.ofThisMachine(watchMs: 0)).map {
      $0.topology.cpus.count > 1 && $0.policy.leavesAlone
    } ?? false,
    "one CPU only, or Linux would delay or kill split locks here"))
struct ContentionExperimentTests {
  private let machine = try! MachineReport.ofThisMachine(watchMs: 0)
  private var bench: Bench { Bench(machine: machine, seed: 4, control: nil) }

  private var pairs: [RelatedPair] { Array(machine.topology.representativePairs().prefix(1)) }

  @Test func everyBystanderIsMeasuredBesideEveryAggressor() throws {
    let plan = BystanderPlan(
      pairs: pairs, victims: [.alu, .l1Load, .alignedAtomic, .systemCall],
      share: .init(rounds: 2, budget: 0.05, wallLimit: 20))
    let experiment = BystanderExperiment(plan, on: bench)
    var slices: [SliceSample] = []
    try experiment.run(
      progress: { #expect((0...1).contains($0.done)) }, finishedRound: { slices += $0.slices })
    let rows = experiment.rows()
    try #require(experiment.roundsDone == 2)
    #expect(rows.map(\.index) == Array(plan.cells.indices))
    #expect(slices.count == 3 * 2 * plan.cells.count)
    #expect(slices.filter { $0.kind == "treated" }.count * 2 == slices.filter { $0.kind == "control" }.count)
    for row in rows {
      #expect(row.controlNs.map { $0 > 0 } ?? true)
      #expect((row.busLocks > 0) == row.cell.aggressor.takesBusLocks, "\(row.cell)")
      #expect((row.lockedFraction != nil) == (row.cell.aggressor.takesBusLocks && row.roundCount > 0))
    }
    #expect(experiment.budget.spent <= 0.05 && experiment.budget.operations > 100)
    let booked = rows.reduce(0) { $0 + $1.busLocks }
    #expect(experiment.budget.operations >= booked, "what was issued was booked")
  }

  @Test func theBudgetEndsAnExperiment() throws {
    let plan = BystanderPlan(
      pairs: pairs, victims: [.alu], share: .init(rounds: 1000, budget: 0.004, wallLimit: 20))
    let experiment = BystanderExperiment(plan, on: bench)
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    #expect(experiment.roundsDone < 1000 && experiment.budget.spent <= 0.005)
  }

  @Test func aCounterIsPassedWithoutLoss() throws {
    let plan = PingPongDesign(pairs: pairs, share: .init(rounds: 3, budget: 0.05, wallLimit: 10))
    let experiment = PingPongExperiment(plan, on: bench)
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    for row in experiment.rows() {
      #expect(row.isAtomic)
      #expect(row.operations >= row.passes)
      #expect(row.outcome == .timedOut || row.oneWayNs!.value > 1)
    }
    #expect(experiment.budget.spent <= 0.05)
  }

  @Test func offendersAreCountedAndAtomic() throws {
    let plan = ScalingPlan(cpus: machine.topology.cpus, share: .init(rounds: 2, budget: 0.05, wallLimit: 10))
    let experiment = ScalingExperiment(plan, on: bench)
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    let rows = experiment.rows()
    // On a busy machine split locks are dearer, and the budget may end first.
    #expect(
      Set(rows.map(\.cell)) == Set(plan.cells)
        || experiment.skipped.contains { $0.what.contains("cells of scaling") })
    for row in rows {
      #expect(row.verdict == .atomic && row.wrongSums == 0 && row.operations > 0, "\(row.cell)")
      if let fairness = row.fairness { #expect(fairness > 0 && fairness <= 1 + 1e-9) }
      #expect((row.reads != nil) == [.plainReader, .lockedReader].contains(row.cell.arrangement))
    }
  }

  @Test func noThreadIsLeftBehind() throws {
    func threads() -> Int {
      (try? FileTree.live.text("/proc/self/status"))?.split(separator: "\n").first {
        $0.hasPrefix("Threads:")
      }
      .flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
    let before = threads()
    let result = try withAssistants(on: machine.topology.cpus.map(\.id)) { assistants in
      for assistant in assistants { try assistant.begin { usleep(1000) } }
      for assistant in assistants { try assistant.finish() }
      return assistants.count
    }
    #expect(result == machine.topology.cpus.count)
    // Linux counts a thread for a moment after it was joined.
    for _ in 0..<200 where threads() > before { usleep(10_000) }
    #expect(threads() <= before)
  }

  @Test func aThreadOnACpuThatIsNotThereIsRefused() {
    #expect(withAssistants(on: [4000]) { _ in 1 } == nil)
  }
}
