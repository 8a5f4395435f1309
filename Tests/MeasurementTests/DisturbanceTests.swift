import Testing

@testable import Measurement

@Suite struct DisturbanceTests {
  private let rule = DisturbanceRule(typicalAddsPerCycle: 4)
  private let calm = Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 0)

  struct Case: Sendable {
    var after: Probe
    var preempted = false
    var found: Set<Disturbance>
  }
  static let cases = [
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 0), found: []),
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 0), preempted: true, found: [.preempted]),
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 4, gaps: 2), found: [.gap]),
    Case(after: Probe(corePerTick: 1.3, addsPerCycle: 4, gaps: 0), found: [.frequency]),
    Case(after: Probe(corePerTick: 1.22, addsPerCycle: 4, gaps: 0), found: []),
    Case(after: Probe(corePerTick: 1.2, addsPerCycle: 3.3, gaps: 0), found: [.sharedCore]),
    Case(
      after: Probe(corePerTick: 1.0, addsPerCycle: 2, gaps: 1), preempted: true,
      found: Set(Disturbance.allCases)),
  ]

  @Test(arguments: cases)
  func isJudged(_ test: Case) {
    #expect(rule.judge(before: calm, after: test.after, preempted: test.preempted) == test.found)
  }

  @Test func probesSeeARealCore() {
    let clock = TscClock(milliseconds: 5)
    let probe = Probe.take(ticksPerMicrosecond: clock.ticks(seconds: 1e-6))
    #expect(probe.corePerTick > 0.05 && probe.corePerTick < 20)
    #expect(probe.addsPerCycle > 0.5, "an x86-64 core retires more than an add in two cycles")
  }

  @Test func theRuleIsRecordedInWords() {
    #expect(DisturbanceRule.inWords.contains("0.04") && DisturbanceRule.inWords.contains("0.85"))
  }
}
