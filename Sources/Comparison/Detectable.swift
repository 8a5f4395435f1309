import Measurement
import RealModule

/// The smallest differences that a comparison finds with 95 % power, as shares: 0.03 is 3 %.
public struct Detectable: Sendable, Equatable {
  /// In the median cell.
  public var inHalf: Double
  /// In nine cells of ten.
  public var inMost: Double

  /// - Parameter tests: those of one comparison; nil of none.
  init?(_ cells: [WelchTest], _ rules: Rules, tests: Int) {
    let rising = cells.map { Detectable.difference($0, rules, tests: tests) }.sorted()
    guard let half = Order.quantile(0.5, ofSorted: rising), let most = Order.quantile(0.9, ofSorted: rising)
    else { return nil }
    inHalf = Double.expMinusOne(half)
    inMost = Double.expMinusOne(most)
  }

  /// The logarithm of the ratio that leads to a p below alpha over the number of tests, which is where Holm begins, with 95 %
  /// power: the critical t, and what the power takes beyond it, in which the error itself varies by 1 / (2 degrees).
  private static func difference(_ test: WelchTest, _ rules: Rules, tests: Int) -> Double {
    let critical = StudentT.quantile(tails: rules.alpha / Double(tests), degrees: test.degrees)
    let varying = (1 + critical * critical / (2 * test.degrees)).squareRoot()
    // An error from few runs is below the true one more often than above: its median, by Wilson and Hilferty (PNAS 17, 1931).
    let median = Double.pow(1 - 2 / (9 * test.degrees), 1.5)
    return test.error / median * (critical + power * varying)
  }

  /// The normal quantile of the power.
  private static let power = StudentT.quantile(central: 2 * Rules.power - 1, degrees: .infinity)

  /// Runs a side that would find such a difference: by normal quantiles, and a quarter of the square of the critical one for
  /// the variance being estimated (Guenther, The American Statistician 35, 1981).
  static func runs(for difference: Double, _ test: WelchTest, _ rules: Rules, tests: Int) -> Int {
    let critical = StudentT.quantile(tails: rules.alpha / Double(tests), degrees: .infinity)
    // The standard error holds the sides' variances over their numbers of runs.
    let spread = test.error * (critical + power) / difference
    let runs = spread * spread * test.runs + critical * critical / 4
    return max(Rules.fewestRuns, Int(min(runs.rounded(.up), 1e6)))
  }
}
