import Machine
import TestSupport
import Testing

@testable import Measurement

@Suite struct LeakTests {
  private static func trial(
    passed: Int = 0, closed: UInt64? = 10, isWatched: Bool = true, isStillOpen: Bool = false,
    isClear: Bool? = nil
  ) -> LeakTrial.Record {
    LeakTrial.Record(
      isWatched: isWatched, passed: passed, openTicks: passed > 0 ? 9 : nil, closedTicks: closed,
      isStillOpen: isStillOpen, isClear: isClear)
  }

  struct Case: Sendable {
    var name: String
    var trials: [LeakTrial.Record]
    var leaks: Bool?
    var windows: Int
    var passed = 0
    var median: Double?
    var stillOpen = 0
    var clear = 0
  }

  static let cases = [
    Case(name: "nothing opened", trials: [trial(isWatched: false)], windows: 0),
    Case(name: "closed", trials: [trial(isClear: false), trial()], leaks: false, windows: 2),
    Case(
      name: "open", trials: [trial(passed: 3, closed: 8, isClear: true), trial(passed: 5, closed: 12)],
      leaks: true, windows: 2, passed: 8, median: 10, clear: 1),
    Case(
      name: "now and then", trials: [trial(passed: 3, closed: 8), trial()], windows: 2, passed: 3, median: 8),
    Case(
      name: "never closed", trials: [trial(passed: 900, closed: nil, isStillOpen: true)], leaks: true,
      windows: 1, passed: 900, stillOpen: 1),
    Case(
      name: "a burst ended the watch", trials: [trial(passed: 900, closed: nil)], leaks: true, windows: 1,
      passed: 900),
  ]

  @Test(arguments: cases) func aRowSumsUpItsWindows(_ expected: Case) throws {
    let topology = try Topology.synthetic("pack:1 core:1 pu:2")
    let row = LeakRow(
      opener: topology.cpus[0], other: topology.cpus[1], relation: .smtSibling, trials: expected.trials,
      predictedMs: nil
    ) { Double($0) }
    #expect(row.roundCount == expected.trials.count)
    #expect(row.windows == expected.windows)
    #expect(row.leaks == expected.leaks, "\(expected.name)")
    #expect(row.passed == expected.passed)
    #expect(row.openMs?.median == expected.median)
    #expect(row.stillOpen == expected.stillOpen)
    #expect(row.clear == expected.clear)
  }

  @Test(arguments: [
    ("warn", "split_lock_detect", "1", nil as String?),
    ("warn", "split_lock_detect", "0", "split_lock_mitigate"),
    ("warn", "bus_lock_detect", "1", "#AC"), ("fatal", "split_lock_detect", "1", "fatal"),
    ("off", "split_lock_detect", "1", "off"), ("ratelimit:5", "split_lock_detect", "1", "ratelimit"),
  ])
  func onlyADelayOpensAWindow(_ mode: String, flags: String, mitigates: String, word: String?) throws {
    let machine = try PlainFileMachine(cpus: 1, mode: mode, flags: flags)
    try machine.put(mitigates + "\n", "proc/sys/kernel/split_lock_mitigate")
    let obstacle = LeakPlan.obstacle(try machine.report().policy)
    #expect(word.map { obstacle?.contains($0) == true } ?? (obstacle == nil), "\(obstacle ?? "none")")
  }

  /// Here nothing delays: no window opens, and the watch ends at once.
  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func whereNothingIsDelayedNothingOpens() throws {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    let ids = machine.topology.cpus.map(\.id)
    for cpu in Set([ids[0], ids[ids.count - 1]]) {
      let trial = try LeakTrial(
        opener: ids[0], cpu: cpu, machine: machine, clock: TscClock(), least: 0.002)
      #expect(
        trial.run {
          Issue.record("no window")
          return nil
        })
      #expect(!trial.record.isWatched && trial.record.locked == LockedTime())
      #expect(trial.locked.operations == 3 && trial.locked.seconds > 0)
    }
  }

  struct Watch: Sendable {
    var name: String
    /// Split locks that passed, the last of which ended at tick 110.
    var passed = 0
    var end: PacedSplitLocks.End
    var isWatched = true
    var isStillOpen = false
    /// Ticks behind the opening until which a reading of the bit counts.
    var readable: UInt64?
  }

  private static func answered(at tick: UInt64) -> PacedSplitLocks.End {
    .answered(.init(start: tick, end: tick + 50, met: .delay))
  }

  /// Opened at tick 100, and surely open for 20.
  static let watches = [
    Watch(name: "closes", passed: 2, end: answered(at: 112), readable: 12),
    Watch(name: "open for longer", passed: 2, end: answered(at: 190), readable: 90),
    Watch(name: "not open here", end: answered(at: 101), readable: 20),
    Watch(name: "the other TSC is behind", end: answered(at: 99), readable: 20),
    Watch(name: "tried too late", end: answered(at: 120), isWatched: false),
    Watch(name: "woken behind the end", end: .time, isWatched: false),
    Watch(name: "never closes", passed: 2, end: .time, isStillOpen: true, readable: 10),
    Watch(name: "a burst ends it", passed: 2, end: .burst, readable: 10),
  ]

  @Test(arguments: watches) func whatComesLateSaysNothing(_ watch: Watch) {
    var record = LeakTrial.Record(passed: watch.passed, openTicks: watch.passed > 0 ? 10 : nil)
    record.note(watch.end, opened: 100, least: 20)
    #expect(record.isWatched == watch.isWatched && record.isStillOpen == watch.isStillOpen)
    let counts = (UInt64(0)..<100).filter { ticks in
      var read = record
      read.note(clear: true, at: ticks, least: 20)
      return read.isClear == true
    }
    #expect(counts == Array(0..<(watch.readable ?? 0)))
  }

  private func experiment(_ machine: PlainFileMachine, budget: Double) throws -> LeakExperiment {
    let (report, control) = (try machine.report(), try machine.control())
    try control.begin(touching: [.splitLock])
    let plan = LeakPlan(
      opener: report.topology.cpus[0], in: report.topology,
      share: .init(rounds: 2, budget: budget, wallLimit: 60))
    return try LeakExperiment(plan, on: Bench(machine: report, seed: 3, control: control))
  }

  /// A window that does not close takes a burst.
  @Test func aBurstIsReserved() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let experiment = try experiment(machine, budget: 0.9 * Plan.longestBurst)
    // As Linux may leave it.
    try experiment.run(progress: { _ in }, finishedRound: { _ in try machine.set(0x33, 0, cpu: 0) })
    #expect(try machine.get(0x33, cpu: 0) == 1 << 29, "put back at the end")
    #expect(experiment.budget.operations == 0 && experiment.rows().isEmpty)
    #expect(experiment.skipped.map(\.reason) == [ExperimentEnd.outOfBudget], "said once for two rounds")
  }

  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func whatWasMeasuredIsBooked() throws {
    let machine = try PlainFileMachine(cpus: 1)
    let experiment = try experiment(machine, budget: 0.1)
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    #expect(try machine.get(0x33, cpu: 0) == 1 << 29 && experiment.skipped.isEmpty)
    #expect(experiment.budget.operations == 6)
    #expect(experiment.budget.spent > 0 && experiment.budget.spent != 6 * DoseResponse.assumedSeconds)
    let row = try #require(experiment.rows().first)
    #expect(row.windows == 0 && row.roundCount == 2 && row.stillOpen == 0)
    #expect(experiment.warnings.map(\.id) == ["leak-unopened"])
  }
}
