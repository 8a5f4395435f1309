import Measurement
import RealModule
import Testing

@testable import Comparison

@Suite struct WelchTestTests {
  /// Against SciPy 1.17: ttest_ind(second, first, equal_var=False).
  @Test func isWelchs() {
    let first = RunSummary([0.10, 0.12, 0.09, 0.13, 0.11][...])
    let second = RunSummary([0.20, 0.28, 0.15, 0.31, 0.22][...])
    let test = WelchTest(first, second)
    #expect(abs(test.difference / test.error - 4.150524286382606) < 1e-10)
    #expect(abs(test.degrees - 4.489553387781614) < 1e-10)
    #expect(abs(test.p / 0.011196540258192493 - 1) < 1e-9)
    #expect(abs(Double.log(test.ratio.low!) - 0.04378211392492175) < 1e-9)
    #expect(abs(Double.log(test.ratio.high!) - 0.20021788607507818) < 1e-9)
    #expect(WelchTest(first, second, mostDegrees: 4).degrees == 4)
    #expect(test.pWhereItMatters == test.p && WelchTest(first, first).pWhereItMatters == 1)
  }

  /// Numbers that come in steps: no spread is no proof.
  @Test func aSideWithoutSpreadIsBelievedNoMoreThanTheOrderOfItsRuns() {
    let steps = RunSummary([4, 4, 4][...])
    let chance = Orders.chance(3, 3)
    #expect(WelchTest(steps, RunSummary([5, 5, 5][...])).p == chance)
    #expect(WelchTest(steps, steps).p == 1)
    #expect(WelchTest(steps, steps).ratio == Ratio(value: 1, low: 1, high: 1))
    #expect(WelchTest(steps, RunSummary([9, 9.001, 9.002][...])).p == chance)
  }
}

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

@Suite struct NoiseRatioTests {
  private func summaries(_ variances: [Double], runs: Int) -> [RunSummary] {
    variances.map { variance in
      var summary = RunSummary(ArraySlice(repeating: 0, count: runs))
      summary.variance = variance
      return summary
    }
  }

  @Test func sidesAsNoisyAsEachOtherKeepAllDegreesOfFreedom() {
    let even = Array(zip(summaries([1, 2, 3, 4], runs: 5), summaries([1, 2, 3, 4], runs: 5)))
    #expect(abs(NoiseRatio(even.map { (a: $0, b: $1) }).mostDegrees(5, 5) - 8) < 1e-9)
  }

  @Test func aNoisySideLeavesItsOwn() {
    let pairs = zip(summaries([1, 2, 3, 4], runs: 10), summaries([1e4, 2e4, 3e4, 4e4], runs: 3))
    let noise = NoiseRatio(pairs.map { (a: $0, b: $1) })
    #expect(noise.mostDegrees(10, 3) < 2.01)
  }

  /// Half of the cells are noisier here, half there.
  @Test func scatterOfTheRatioCounts() {
    let pairs = zip(summaries([1, 1e4, 1, 1e4], runs: 5), summaries([1e4, 1, 1e4, 1], runs: 5))
    let noise = NoiseRatio(pairs.map { (a: $0, b: $1) })
    #expect(abs(noise.typical) < 1e-9 && noise.scatter > 9)
    #expect(noise.mostDegrees(5, 5) < 4.01)
  }

  @Test func nothingIsKnownFromOneCellOrWithoutSpread() {
    let one = zip(summaries([1], runs: 4), summaries([100], runs: 4)).map { (a: $0, b: $1) }
    #expect(NoiseRatio(one).mostDegrees(4, 4) == 6)
    #expect(NoiseRatio([]).mostDegrees(3, 3) == 4)
    let still = zip(summaries([0, 0], runs: 4), summaries([0, 1], runs: 4)).map { (a: $0, b: $1) }
    #expect(NoiseRatio(still).mostDegrees(4, 4) == 6)
  }
}
