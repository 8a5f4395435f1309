import CHost
import Glibc
import LockKernels
import Machine
import Testing

@testable import Measurement

/// Whole experiments with aligned operands, so that no bus lock is taken.
@Suite(.serialized) struct CostExperimentTests {
  /// Keeps what the experiment reports.
  private struct Log {
    var orders: [[Int]] = []
    var rounds: [Int] = []
    mutating func add(_ groups: [(cell: Int, group: Group)]) {
      orders.append(groups.map(\.cell))
      rounds.append(contentsOf: Set(groups.map(\.group.round)))
    }
  }

  private func run(seed: UInt64, rounds: Int = 4) throws -> (CostExperiment, Log) {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let cpu = machine.topology.cpus.last!.id
    var plan = Plan(.quick)
    plan.rounds = rounds
    plan.mostRounds = plan.rounds
    var request = CellRequest()
    request.placements = [.aligned, .withinLine]
    request.instructions = [.add, .xadd, .load]
    request.widths = [4]
    let planner = CellPlanner(
      plan: .quick, lineBytes: machine.processor.lineBytes, cpus: [cpu], hasOtherCpu: false)
    let cells = try planner.cells(for: request)
    let experiment = CostExperiment(
      CostDesign(plan: plan, cells: cells, planner: planner),
      on: Bench(machine: machine, seed: seed, control: nil))
    var log = Log()
    try experiment.run(
      progress: { #expect((0...1).contains($0.done)) }, finishedRound: { log.add($0.groups) })
    return (experiment, log)
  }

  @Test func everyRoundMeasuresEveryCellInFreshOrder() throws {
    let (experiment, log) = try run(seed: 1)
    #expect(log.rounds == [0, 1, 2, 3])
    #expect(log.orders.allSatisfy { Set($0) == Set(experiment.records.indices) })
    #expect(Set(log.orders).count > 1, "ten cells in the same order four times: one in 10^19")
    #expect(experiment.end == .finished)
    #expect(experiment.budget.operations == 0, "nothing here is split and locked")
  }

  @Test func theSeedReproducesTheOrder() throws {
    let (first, second, other) = (try run(seed: 7).1, try run(seed: 7).1, try run(seed: 8).1)
    #expect(first.orders == second.orders)
    #expect(first.orders != other.orders)
  }

  @Test func rowsHoldWhatWasMeasured() throws {
    let (experiment, _) = try run(seed: 3)
    let rows = experiment.rows()
    #expect(rows.count == experiment.records.count)
    for row in rows {
      #expect(row.median != nil && row.outcome == .completed && row.verdict == .control)
      #expect(row.operations > 0 && row.roundCount > 0)
      #expect(row.coreCyclesSource != nil)
      #expect(row.singles == nil, "cheap kernels have no tails")
    }
  }

  /// On a busy machine calm rounds of both cells may have none in common, once.
  @Test func withinLineIsComparedToAligned() throws {
    let isCompared = try (3...6).contains { seed in
      try run(seed: seed).0.rows().filter { $0.cell.placement == .withinLine }
        .allSatisfy { $0.ratioToAligned != nil }
    }
    #expect(isCompared)
  }

  @Test func anInterruptEndsTheRun() throws {
    #expect(chost_interrupts_install() == 0)
    defer { chost_interrupts_remove() }
    kill(getpid(), SIGTERM)
    for _ in 0..<5000 where chost_interrupt_received() == 0 { usleep(1000) }
    let (experiment, _) = try run(seed: 5)
    #expect(experiment.end == .interrupted)
    #expect(experiment.roundsDone == 0)
  }

  @Test func theAffinityMaskIsPutBack() throws {
    let before = try Topology.ofThisMachine().cpus.map(\.id)
    _ = try run(seed: 6, rounds: 1)
    #expect(try Topology.ofThisMachine().cpus.map(\.id) == before)
  }
}
