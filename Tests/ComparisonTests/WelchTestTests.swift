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
