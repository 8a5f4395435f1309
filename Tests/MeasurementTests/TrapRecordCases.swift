import Machine

@testable import Measurement

extension TrapRecordTests {
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
}
