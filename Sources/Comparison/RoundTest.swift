import Measurement
import RealModule

/// A test with the round as the unit: of two runs, not of two machines. What differs between runs of one machine it
/// takes for a difference.
enum RoundTest {
  /// Yuen's test of two trimmed means (Biometrika 61, 1974), on logarithms: the standard errors are those behind
  /// `Estimate`'s intervals, widened where rounds resemble their neighbours. Nil where a run has no interval.
  static func test(_ first: Estimate?, _ second: Estimate?) -> WelchTest? {
    guard let first, let second, let a = ofMean(first), let b = ofMean(second) else { return nil }
    return WelchTest(difference: Double.log(second.value / first.value), variance: a + b)
  }

  /// The squared standard error of the logarithm, from the interval.
  private static func ofMean(_ estimate: Estimate) -> Variance? {
    guard let low = estimate.low, let high = estimate.high, low > 0, high.isFinite else { return nil }
    let kept = estimate.rounds - 2 * Int(Estimate.trimmedShare * Double(estimate.rounds))
    guard kept > 1 else { return nil }
    let degrees = Double(kept - 1)
    let error =
      Double.log(high / low) / 2 / StudentT.quantile(central: Estimate.confidence, degrees: degrees)
    return Variance(value: error * error, degrees: degrees)
  }
}
