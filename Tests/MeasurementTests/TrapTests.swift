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
    var policy = DetectionPolicy.of(.unsupported)
    var trap: (code: Int32, number: Int32, isAfter: Bool, flags: UInt64)?
    var issued = 100
    var performed = 100
    var trapped = 0
    var killed = 0
    var timedOut = 0
    var delays = 0
    var sleeps = 0
    var reports: [DetectionReport]? = []
    var busLocks: Int?
    var kind: TrapAnswer.Kind
    var outcome: TrapRecord.Outcome
    var equation: String
    var difference: String?
    var isBalanced = true
  }

  private static func report(_ exception: DetectionReport.Exception, isFatal: Bool = false) -> DetectionReport
  {
    DetectionReport(exception: exception, task: 1, address: 0x4000, isFatal: isFatal)
  }

  static let cases = [
    Case(
      name: "nothing detects", busLocks: 100, kind: .silent, outcome: .completed,
      equation: "issued 100 = performed 100; log lines 0 ≤ 0; bus locks counted 100 = 100"),
    Case(
      name: "the PMU sees other bus locks", busLocks: 50, kind: .silent, outcome: .completed,
      equation: "issued 100 = performed 100; log lines 0 ≤ 0; bus locks counted 50 = 100",
      difference: "the PMU counted 50 bus locks", isBalanced: false),
    Case(
      name: "#AC, fatal", policy: .of(.fatal), trap: (1, 17, false, 0x202), performed: 0, trapped: 100,
      busLocks: 0, kind: .ac, outcome: .trapped,
      equation: "issued 100 = trapped 100, performed 0; log lines 0 ≤ 1; bus locks counted 0 = 0"),
    Case(
      name: "#DB, fatal", policy: .of(.fatal), trap: (1, 0, true, 0x202), performed: 100, trapped: 100,
      reports: nil, kind: .db, outcome: .trapped, equation: "issued 100 = performed 100 ≥ trapped 100"),
    Case(
      name: "#DB that missed some", policy: .of(.fatal), trap: (1, 0, true, 0x202), performed: 100,
      trapped: 98,
      reports: nil, kind: .db, outcome: .mixed, equation: "issued 100 = performed 100 ≥ trapped 98",
      difference: "2 met no detection"),
    Case(
      name: "#AC, warn, logged once", policy: .of(.warn), issued: 12, performed: 12, delays: 11,
      reports: [report(.ac)], busLocks: 12, kind: .ac, outcome: .delayed,
      equation: "issued 12 = performed 12; log lines 1 ≤ 1; bus locks counted 12 = 12"),
    Case(
      name: "#AC, warn, its line left out by the log's rate limit", policy: .of(.warn), issued: 12,
      performed: 12, delays: 11, kind: .ac, outcome: .delayed,
      equation: "issued 12 = performed 12; log lines 0 ≤ 1"),
    Case(
      name: "two lines of one task", policy: .of(.warn), reports: [report(.ac), report(.ac)], kind: .ac,
      outcome: .completed, equation: "issued 100 = performed 100; log lines 2 ≤ 1",
      difference: "more log lines", isBalanced: false),
    Case(
      name: "both armed: #AC, then #DB", policy: .of(.warn), delays: 1, sleeps: 1,
      reports: [report(.ac), report(.db), report(.db)], kind: .ac, outcome: .delayed,
      equation: "issued 100 = performed 100; log lines 3 ≤ 101"),
    Case(
      name: "both armed, the line of #AC left out", policy: .of(.warn), delays: 1, sleeps: 1,
      reports: [report(.db), report(.db)], kind: .ac, outcome: .delayed,
      equation: "issued 100 = performed 100; log lines 2 ≤ 101"),
    Case(
      name: "#DB, ratelimit", policy: .of(.ratelimit, rateLimit: 10), delays: 1, sleeps: 1,
      reports: [report(.db)], kind: .db, outcome: .delayed,
      equation: "issued 100 = performed 100; log lines 1 ≤ 101"),
    Case(
      name: "#DB, warn", policy: .of(.warn), reports: Array(repeating: report(.db), count: 10), kind: .db,
      outcome: .completed, equation: "issued 100 = performed 100; log lines 10 ≤ 101"),
    Case(
      name: "delayed where nothing delays", delays: 90, kind: .unknown, outcome: .delayed,
      equation: "issued 100 = performed 100; log lines 0 ≤ 1"),
    Case(
      name: "one sleep, then an open window", policy: .of(.warn), delays: 1, sleeps: 1, kind: .ac,
      outcome: .delayed, equation: "issued 100 = performed 100; log lines 0 ≤ 1"),
    Case(
      name: "one long operation in a hundred, without a sleep", delays: 1, kind: .silent, outcome: .completed,
      equation: "issued 100 = performed 100; log lines 0 ≤ 0"),
    Case(
      name: "EFLAGS.AC", trigger: .eflagsAC, trap: (1, 17, false, 0x4_0202), performed: 0, trapped: 100,
      kind: .eflagsAC, outcome: .trapped, equation: "issued 100 = trapped 100, performed 0; log lines 0 ≤ 1"),
    Case(
      name: "some trapped, on a CPU whose sibling switched detection off", trap: (1, 17, false, 0x202),
      performed: 60, trapped: 40, kind: .ac, outcome: .mixed,
      equation: "issued 100 = trapped 40 + performed 60; log lines 0 ≤ 1", difference: "60 met no detection"),
    Case(
      name: "one was lost", trap: (1, 17, false, 0x202), performed: 59, trapped: 40, kind: .ac,
      outcome: .mixed, equation: "issued 100 = trapped 40 + performed 59; log lines 0 ≤ 1",
      difference: "59 met no detection", isBalanced: false),
    Case(
      name: "a fault that was performed all the same", trap: (1, 17, false, 0x202), performed: 100,
      trapped: 100, kind: .ac, outcome: .trapped,
      equation: "issued 100 = trapped 100 + performed 100; log lines 0 ≤ 1",
      difference: "100 met no detection",
      isBalanced: false),
    Case(
      name: "another exception", trap: (1, 13, false, 0x202), performed: 0, trapped: 100, kind: .unknown,
      outcome: .trapped, equation: "issued 100 = trapped 100, performed 0; log lines 0 ≤ 1"),
    Case(
      name: "a child that is killed", trigger: .eflagsAC, context: .child, issued: 3, performed: 0, killed: 3,
      kind: .eflagsAC, outcome: .killed, equation: "issued 3 = exited 0 + killed 3; log lines 0 ≤ 3"),
    Case(
      name: "a child that is killed for a split lock", context: .child, issued: 3, performed: 0, killed: 3,
      kind: .unknown, outcome: .killed, equation: "issued 3 = exited 0 + killed 3; log lines 0 ≤ 3"),
    Case(
      name: "the same, with Linux's word for it", context: .child, issued: 3, performed: 0, killed: 3,
      reports: [report(.ac, isFatal: true)], kind: .ac, outcome: .killed,
      equation: "issued 3 = exited 0 + killed 3; log lines 1 ≤ 3"),
    Case(
      name: "a child that hangs", context: .child, issued: 3, performed: 0, timedOut: 1, kind: .silent,
      outcome: .timedOut, equation: "issued 3 = exited 2 + killed 0; log lines 0 ≤ 0",
      difference: "1 did not end", isBalanced: false),
  ]

  private static func record(_ test: Case) -> TrapRecord {
    var record = TrapRecord(
      TrapCell(
        cpu: 0, trigger: test.trigger, context: test.context, placement: .lineSplit, widthBytes: 8,
        isLocked: true))
    (record.issued, record.performed) = (test.issued, test.performed)
    (record.trapped, record.killed, record.timedOut) = (test.trapped, test.killed, test.timedOut)
    record.sleeps = test.sleeps
    record.delays = Array(repeating: 40_000_000, count: test.delays)
    (record.reports, record.busLocks) = (test.reports, test.busLocks)
    if let trap = test.trap {
      record.first = TrapSigns(
        chost_trap(
          entry_tick: 0, exit_tick: 0, address: 0, error_code: 0, flags: trap.flags, code: trap.code,
          trap_number: trap.number, cpu: 0, is_after: trap.isAfter), alignmentCheck: TrapSite.alignmentCheck)
    }
    return record
  }

  @Test(arguments: cases)
  func isConcluded(_ test: Case) {
    let record = Self.record(test)
    let answer = record.answer(test.policy)
    #expect(answer.kind == test.kind, "\(test.name)")
    #expect(!answer.evidence.isEmpty && answer.evidence.allSatisfy { !$0.isEmpty }, "\(test.name)")
    #expect(record.outcome == test.outcome, "\(test.name)")
    let ledger = record.ledger(answer.kind)
    #expect(ledger.equation == test.equation, "\(test.name)")
    #expect(ledger.isBalanced == test.isBalanced, "\(test.name)")
    if let difference = test.difference {
      #expect(ledger.differences.contains { $0.contains(difference) }, "\(test.name): \(ledger.differences)")
    } else {
      #expect(ledger.differences.isEmpty, "\(test.name): \(ledger.differences)")
    }
  }

  @Test func aKilledChildIsExplainedByTheSameOperationInProcess() {
    let fatal = Self.record(Self.cases.first { $0.name == "#DB, fatal" }!)
    let child = Self.record(Self.cases.first { $0.name == "a child that is killed for a split lock" }!)
    let answer = child.answer(.of(.fatal), inProcess: fatal)
    #expect(answer.kind == .db)
    #expect(answer.evidence.contains { $0.contains("in-process: SIGBUS, si_code 1, trap 0, RIP behind") })
  }

  @Test func aSleepOnAnArmedCpuIsAC() {
    let slept = Self.record(Self.cases.first { $0.name == "one sleep, then an open window" }!)
    #expect(slept.answer(.of(.off)).kind == .unknown)
    #expect(slept.answer(.of(.off), isArmed: true).kind == .ac)
  }

  @Test func anAnswerThatChangesIsNotBalanced() {
    var record = TrapRecord(
      TrapCell(
        cpu: 0, trigger: .splitLock, context: .inProcess, placement: .lineSplit, widthBytes: 8, isLocked: true
      ))
    (record.issued, record.trapped, record.differing) = (10, 10, 1)
    #expect(!record.ledger(.ac).isBalanced)
  }

  @Test func theFirstCpuIsTriedMost() {
    let plan = TrapPlan(cpus: [3, 0, 1], share: .init(rounds: 1, budget: 1, wallLimit: 10))
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
      cpus: machine.topology.cpus.map(\.id),
      share: .init(rounds: 1, budget: Self.isHarmless ? 0.05 : 0, wallLimit: 20))
    let experiment = TrapExperiment(plan: plan, machine: machine, clock: TscClock(milliseconds: 5))
    try experiment.run { #expect((0...1).contains($0.done)) }
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
    let experiment = TrapExperiment(plan: plan, machine: machine, clock: TscClock(milliseconds: 5))
    try experiment.run { _ in }
    #expect(!experiment.rows().contains { $0.cell.takesBusLock })
    #expect(experiment.skipped.contains { $0.what.contains("cells of trap") })
  }
}
