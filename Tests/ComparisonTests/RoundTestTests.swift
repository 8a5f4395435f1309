import Measurement
import RealModule
import Testing

@testable import Comparison

@Suite struct RoundTestTests {
  private let first = [
    0.035, 0.082, 0.033, -0.13, 0.091, 0.045, -0.054, 0.058, 0.036, 0.029, 0.003, 0.055, -0.074, -0.016,
    -0.048,
  ]
  private let second = [
    0.22, 0.108, 0.042, -0.056, 0.049, 0.102, 0.045, 0.359, 0.301, -0.442, -0.278, 0.065,
  ]

  /// Against SciPy 1.17: ttest_ind(second, first, equal_var=False, trim=0.2).
  @Test func isYuens() throws {
    let estimates = [first, second].map { logs in Estimate(rounds: logs.map { Double.exp($0) }) }
    let test = try #require(RoundTest.test(estimates[0], estimates[1]))
    #expect(abs(test.p / 0.3163357329701167 - 1) < 1e-9)
    #expect(abs(test.degrees - 9.305486231626508) < 1e-8)
  }

  @Test func withoutAnIntervalThereIsNone() {
    let known = Estimate(rounds: first.map { Double.exp($0) })
    #expect(RoundTest.test(known, Estimate(rounds: [1, 2])) == nil)
    #expect(RoundTest.test(nil, known) == nil)
    #expect(RoundTest.test(known, Estimate(value: 3, rounds: 0)) == nil)
  }
}
