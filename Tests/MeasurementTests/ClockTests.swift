import Testing

@testable import Measurement

@Suite struct ClockTests {
  @Test func calibrationBoundsItsError() {
    var clock = TscClock(milliseconds: 5)
    let first = clock.ticksPerNanosecond
    #expect(first.value > 0.1 && first.value < 10)
    #expect(first.relativeError > 0 && first.relativeError < 0.1)
    clock.update()
    #expect(clock.ticksPerNanosecond.relativeError > 0)
    #expect(abs(clock.ticks(seconds: clock.seconds(12_345)) - 12_345) < 1e-6)
  }

  @Test func timerCostIsMeasured() {
    let cost = TimerCost.measure()
    #expect(cost.medianTicks > 0 && cost.quantumTicks >= 1)
    #expect(cost.quantumTicks <= cost.medianTicks)
  }

  /// A TSC that steps by 26; one scaled by a hypervisor to 24 or 25; one of single ticks; one value only.
  @Test(
    arguments: [([52, 78, 52, 104], 26), ([48, 49, 72, 73, 97, 98], 24), ([36, 37, 38, 39], 1), ([50], 1)]
      as [([UInt64], Double)])
  func quantumIsTheStepBetweenReadings(readings: [UInt64], quantum: Double) {
    #expect(TimerCost.quantum(of: readings) == quantum)
  }
}
