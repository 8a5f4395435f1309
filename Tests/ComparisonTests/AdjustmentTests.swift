import Testing

@testable import Comparison

@Suite struct AdjustmentTests {
  /// By hand: Holm's step-down keeps the order, Benjamini and Hochberg's step-up does.
  @Test(
    arguments: [
      (.holm, [0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
      (.benjaminiHochberg, [0.01, 0.04, 0.03, 0.005], [0.02, 0.04, 0.04, 0.02]),
      (.holm, [0.5, 0.9], [1, 1]), (.benjaminiHochberg, [0.5, 0.9], [0.9, 0.9]),
      (.holm, [0.02], [0.02]), (.holm, [], []),
    ] as [(Adjustment, [Double], [Double])])
  func adjusts(method: Adjustment, values: [Double], expected: [Double]) {
    for (found, expected) in zip(method.adjusted(values), expected) { #expect(abs(found - expected) < 1e-12) }
  }
}

@Suite struct OrdersTests {
  /// 2 over the number of ways to choose one side's runs.
  @Test(arguments: [(3, 3, 0.1), (5, 5, 2.0 / 252), (3, 10, 2.0 / 286), (1, 1, 1)])
  func chances(first: Int, second: Int, chance: Double) {
    #expect(abs(Orders.chance(first, second) - chance) < 1e-12)
  }

  /// 525 times 2 / 12870 is 0.08, 525 times 2 / 48620 is 0.02.
  @Test func runsThatWouldDo() {
    #expect(Orders.runs(tests: 525, alpha: 0.05) == 9)
    #expect(Orders.runs(tests: 1, alpha: 0.5) == Rules.fewestRuns)
  }
}

@Suite struct PolygammaTests {
  /// As SciPy 1.17 has them.
  @Test(arguments: [
    (0.1, -10.423754940411076, 101.43329915079275), (0.5, -1.9635100260214235, 4.93480220054468),
    (1, -0.5772156649015329, 1.6449340668482266), (2.5, 0.7031566406452432, 0.4903577561002349),
    (11.9, 2.4339335368825377, 0.08766320119000418), (12.1, 2.4513143481743374, 0.08615364647098629),
    (1000, 6.907255195648812, 0.001000500166666633),
  ])
  func values(x: Double, digamma: Double, trigamma: Double) {
    #expect(abs(Polygamma.digamma(x) - digamma) < 1e-11)
    #expect(abs(Polygamma.trigamma(x) / trigamma - 1) < 1e-11)
  }
}
