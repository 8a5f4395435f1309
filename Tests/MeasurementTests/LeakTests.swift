import Machine
import TestSupport
import Testing

@testable import Measurement

@Suite struct LeakTests {
  private static func trial(
    passed: Int = 0, closed: UInt64? = 10, isOpened: Bool = true, isClear: Bool? = nil
  ) -> LeakTrial.Record {
    LeakTrial.Record(
      isOpened: isOpened, passed: passed, openTicks: passed > 0 ? 9 : nil, closedTicks: closed,
      isSignalled: false, isClear: isClear, issued: passed + 1)
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
    Case(name: "nothing opened", trials: [trial(isOpened: false)], windows: 0),
    Case(name: "closed", trials: [trial(isClear: false), trial()], leaks: false, windows: 2),
    Case(
      name: "open", trials: [trial(passed: 3, closed: 8, isClear: true), trial(passed: 5, closed: 12)],
      leaks: true, windows: 2, passed: 8, median: 10, clear: 1),
    Case(
      name: "now and then", trials: [trial(passed: 3, closed: 8), trial()], windows: 2, passed: 3, median: 8),
    Case(
      name: "never closed", trials: [trial(passed: 900, closed: nil)], leaks: true, windows: 1, passed: 900,
      stillOpen: 1),
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
        opener: ids[0], cpu: cpu, machine: machine, clock: TscClock(), pause: 50e-6)
      #expect(
        trial.run {
          Issue.record("no window")
          return nil
        })
      #expect(!trial.record.isOpened && trial.record.issued == 0 && trial.openerIssued == 3)
    }
  }
}
