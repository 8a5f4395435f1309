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
  /// power: the critical t and the power's, as if the shifted t were symmetric.
  private static func difference(_ test: WelchTest, _ rules: Rules, tests: Int) -> Double {
    let critical = StudentT.quantile(tails: rules.alpha / Double(tests), degrees: test.degrees)
    let power = StudentT.quantile(central: 2 * Rules.power - 1, degrees: test.degrees)
    return test.error * (critical + power)
  }

  /// Runs a side that would find such a difference: by normal quantiles, and a quarter of the square of the critical one for
  /// the variance being estimated (Guenther, The American Statistician 35, 1981).
  static func runs(for difference: Double, _ test: WelchTest, _ rules: Rules, tests: Int) -> Int {
    let critical = StudentT.quantile(tails: rules.alpha / Double(tests), degrees: .infinity)
    let power = StudentT.quantile(central: 2 * Rules.power - 1, degrees: .infinity)
    // The standard error holds the sides' variances over their numbers of runs.
    let spread = test.error * (critical + power) / difference
    let runs = spread * spread * test.runs + critical * critical / 4
    return max(Rules.fewestRuns, Int(min(runs.rounded(.up), 1e6)))
  }
}
