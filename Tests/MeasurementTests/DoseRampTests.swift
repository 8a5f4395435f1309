import LockKernels
import Machine
import Testing

@testable import Measurement

private let second = 1e9  // Ticks a second of the scripted clock.
private let splitAdd = Kernel(.add, widthBytes: 8, locked: true)!

@Suite struct DoseRampTests {
  private func climb(
    _ timer: inout ScriptedTimer, _ policy: DetectionPolicy,
    switchCount: @escaping @Sendable () -> SwitchCount = { SwitchCount() }
  ) -> DoseResponse {
    var operand: UInt64 = 0
    let ramp = DoseRamp(
      policy: policy, timerTicks: 100, ticksPerSecond: second, switchCount: switchCount)
    return withUnsafeMutableBytes(of: &operand) {
      ramp.climb(&timer, kernel: splitAdd, operand: $0.baseAddress!)
    }
  }

  @Test func climbsByTens() throws {
    var timer = ScriptedTimer(singles: [1100])
    let response = climb(&timer, .scripted(.off))
    #expect(
      response == DoseResponse(behaviour: .completed, nativeTicks: 1000, longestTicks: 1100, operations: 111))
    #expect(timer.calls == 3)
  }

  @Test func aTrapEndsItAtOnce() throws {
    var timer = ScriptedTimer(trapsAfter: 0)
    let response = climb(&timer, .scripted(.fatal))
    #expect(response.behaviour == .trapped)
    #expect(response.nativeTicks == nil && response.operations == 0)
  }

  @Test func anExplainedDelayEndsItAsData() throws {
    // The first operation sleeps; Linux then leaves the window open and the next dose runs natively.
    var timer = ScriptedTimer(singles: [12_000_000, 1100])
    let response = climb(&timer, .scripted(.warn))
    #expect(response.behaviour == .delayed)
    #expect(response.nativeTicks == 1000, "what the undelayed operations cost")
    #expect(response.longestTicks == 12_000_000)
    #expect(response.operations == 11 && timer.operations == 11, "one small dose more, not a hundred")
  }

  @Test func aDelayInALaterDoseRaisesItNoFurther() {
    var timer = ScriptedTimer(singles: [1100, 12_000_000])
    #expect(climb(&timer, .scripted(.ratelimit, ac: false)).behaviour == .delayed)
    #expect(timer.operations == 11, "a rate limit leaves no window for more")
  }

  @Test func whereEveryOperationIsDelayedNoNativeCostIsKnown() throws {
    var timer = ScriptedTimer(singles: [300_000_000])
    let response = climb(&timer, .scripted(.warn))
    #expect(response.behaviour == .delayed && response.nativeTicks == nil)
    #expect(response.unexplainedDelay == nil, "the policy explains it")
  }

  @Test(arguments: [
    DetectionPolicy.scripted(.off), .scripted(.unsupported), .scripted(.warn, mitigates: false),
  ])
  func anUnexplainedDelayEndsTheRun(policy: DetectionPolicy) {
    var timer = ScriptedTimer(singles: [1100, 150_000_000])
    #expect(climb(&timer, policy).unexplainedDelay == 0.15)
    #expect(timer.operations == 11, "no dose follows the delay")
  }

  @Test func aDelayUnderTheLimitIsNoReasonToStop() throws {
    var timer = ScriptedTimer(singles: [1100, 99_000_000, 1100])
    #expect(climb(&timer, .scripted(.off)).operations == 111)
  }

  private static let modes: [DetectionPolicy.Mode] = [
    .off, .unsupported, .fatal, .warn, .ratelimit, .unknown,
  ]

  @Test(arguments: modes)
  func aStepThatWasStoppedIsDoneAgain(mode: DetectionPolicy.Mode) {
    var timer = ScriptedTimer(singles: [5_000_000_000, 1100])
    nonisolated(unsafe) var calls = 0
    let response = climb(&timer, .scripted(mode)) {
      calls += 1
      return calls == 1 ? SwitchCount() : SwitchCount(voluntary: 1, stops: 1)
    }
    #expect(
      response == DoseResponse(behaviour: .completed, nativeTicks: 1000, longestTicks: 1100, operations: 112))
  }

  /// Others had the CPU for a while.
  @Test(arguments: modes)
  func aPreemptionIsNoDelay(mode: DetectionPolicy.Mode) {
    var timer = ScriptedTimer(singles: [150_000_000, 1100])
    nonisolated(unsafe) var calls: UInt64 = 0
    let response = climb(&timer, .scripted(mode)) {
      calls += 1
      return SwitchCount(involuntary: calls)
    }
    #expect(response.behaviour == .completed && response.unexplainedDelay == nil)
    #expect(response.nativeTicks == 1000 && response.operations == 111)
  }
}
