import CAtomics
import CHost
import Glibc
import LockKernels
import Machine
import Testing

@testable import Measurement

/// What is concluded from what a trap showed; the signs of #DB and of #AC by detection are those that Linux's
/// arch/x86/kernel/cpu/bus_lock.c leaves.
@Suite struct TrapRecordTests {
  struct Case: Sendable {
    var name: String
    var trigger = TrapCell.Trigger.splitLock
    var context = TrapCell.Context.inProcess
    var trap: (code: Int32, number: Int32, isAfter: Bool, flags: UInt64)?
    var issued = 100
    var performed = 100
    var trapped = 0
    var killed = 0
    var kind: TrapRecord.Kind
    var outcome: TrapRecord.Outcome
    var isBalanced = true
  }

  static let cases = [
    Case(name: "nothing detects", kind: .silent, outcome: .completed),
    Case(
      name: "#AC, fatal", trap: (1, 17, false, 0x202), performed: 0, trapped: 100, kind: .ac,
      outcome: .trapped),
    Case(
      name: "#DB, fatal", trap: (1, 0, true, 0x202), performed: 100, trapped: 100, kind: .db,
      outcome: .trapped),
    Case(
      name: "EFLAGS.AC", trigger: .eflagsAC, trap: (1, 17, false, 0x4_0202), performed: 0, trapped: 100,
      kind: .eflagsAC, outcome: .trapped),
    Case(
      name: "some trapped, on a CPU whose sibling switched detection off", trap: (1, 17, false, 0x202),
      performed: 60, trapped: 40, kind: .ac, outcome: .mixed),
    Case(
      name: "one was lost", trap: (1, 17, false, 0x202), performed: 59, trapped: 40, kind: .ac,
      outcome: .mixed,
      isBalanced: false),
    Case(
      name: "a fault that was performed all the same", trap: (1, 17, false, 0x202), performed: 100,
      trapped: 100,
      kind: .ac, outcome: .trapped, isBalanced: false),
    Case(
      name: "another exception", trap: (1, 13, false, 0x202), performed: 0, trapped: 100, kind: .unknown,
      outcome: .trapped),
    Case(
      name: "a child that is killed", trigger: .eflagsAC, context: .child, issued: 3, performed: 0, killed: 3,
      kind: .eflagsAC, outcome: .killed),
    Case(
      name: "a child that is killed for a split lock", context: .child, issued: 3, performed: 0, killed: 3,
      kind: .unknown, outcome: .killed),
  ]

  @Test(arguments: cases)
  func isConcluded(_ test: Case) {
    var record = TrapRecord(
      TrapCell(
        cpu: 0, trigger: test.trigger, context: test.context, placement: .lineSplit, widthBytes: 8,
        isLocked: true))
    (record.issued, record.performed) = (test.issued, test.performed)
    (record.trapped, record.killed) = (test.trapped, test.killed)
    if let trap = test.trap {
      record.first = TrapSigns(
        chost_trap(
          entry_tick: 0, exit_tick: 0, address: 0, error_code: 0, flags: trap.flags, code: trap.code,
          trap_number: trap.number, cpu: 0, is_after: trap.isAfter), alignmentCheck: TrapSite.alignmentCheck)
    }
    #expect(record.kind == test.kind, "\(test.name)")
    #expect(record.outcome == test.outcome, "\(test.name)")
    #expect(record.isBalanced == test.isBalanced, "\(test.name)")
  }

  @Test func anAnswerThatChangesIsNotBalanced() {
    var record = TrapRecord(
      TrapCell(
        cpu: 0, trigger: .splitLock, context: .inProcess, placement: .lineSplit, widthBytes: 8, isLocked: true
      ))
    (record.issued, record.trapped, record.differing) = (10, 10, 1)
    #expect(!record.isBalanced)
  }

  @Test func theFirstCpuIsTriedMost() {
    let plan = TrapPlan(cpus: [3, 0, 1], wallLimit: 10, budget: 1)
    let byCpu = Dictionary(grouping: plan.cells, by: \.cpu).mapValues(\.count)
    #expect(byCpu[3]! > 20 && byCpu[0] == 4 && byCpu[1] == 4)
    for cell in plan.cells where cell.takesBusLock {
      #expect(Double(plan.trials(cell)) * 7e-6 <= Plan.longestBurst, "7 us is the dearest known")
    }
  }
}

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
      cpus: machine.topology.cpus.map(\.id), wallLimit: 20, budget: Self.isHarmless ? 0.05 : 0)
    let experiment = TrapExperiment(plan: plan, machine: machine, clock: TscClock(milliseconds: 5))
    try experiment.run { #expect((0...1).contains($0.done)) }
    #expect(experiment.end == .finished)
    for row in experiment.rows() {
      #expect(row.isBalanced, "\(row.cell)")
      guard row.cell.trigger == .eflagsAC, row.cell.context == .inProcess else { continue }
      if row.cell.placement == .aligned {
        #expect(row.outcome == .completed && row.kind == .silent && row.trapped == 0)
      } else {
        #expect(row.outcome == .trapped && row.kind == .eflagsAC && row.performed == 0)
        #expect(row.signs?.trapNumber == 17 && row.signs?.code == 1 && row.signs?.isAfter == false)
        #expect(row.entryNs! > 0 && row.resumeNs! > 0 && row.roundTrip!.median > row.entryNs!)
      }
    }
    #expect(experiment.disagreements.isEmpty, "EFLAGS.AC is alike on all CPUs")
    #expect(experiment.budget.spent <= 0.05)
  }

  @Test func noBudgetIsNoSplitLock() throws {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let plan = TrapPlan(cpus: [machine.topology.cpus[0].id], wallLimit: 20, budget: 0)
    let experiment = TrapExperiment(plan: plan, machine: machine, clock: TscClock(milliseconds: 5))
    try experiment.run { _ in }
    #expect(!experiment.rows().contains { $0.cell.takesBusLock })
    #expect(experiment.skipped.contains { $0.what.contains("cells of trap") })
  }
}
