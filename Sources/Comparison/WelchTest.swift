import Measurement
import RealModule

/// Welch's t test of two means of logarithms (Biometrika 34, 1947): the sides may vary by different amounts.
struct WelchTest {
  /// Second less first: the logarithm of the ratio.
  let difference: Double
  /// Its standard error.
  let error: Double
  let degrees: Double
  /// No p below this is believed.
  private(set) var leastP = 0.0
  /// Runs a side, their harmonic mean where the sides have different numbers of them.
  private(set) var runs = 1.0

  /// - Parameter variance: of the difference.
  init(difference: Double, variance: Variance) {
    self.difference = difference
    error = variance.value.squareRoot()
    degrees = variance.degrees
  }

  /// - Parameters:
  ///   - a, b: at least two runs each.
  ///   - most: degrees of freedom at most; see `NoiseRatio`.
  init(_ a: RunSummary, _ b: RunSummary, mostDegrees most: Double = .infinity) {
    var variance = a.varianceOfMean + b.varianceOfMean
    variance.degrees = min(variance.degrees, most)
    self.init(difference: b.mean - a.mean, variance: variance)
    runs = 2 / (1 / Double(a.count) + 1 / Double(b.count))
    // A side whose runs all gave the same number shows no spread because the number comes in steps. Then only the order of
    // the runs is evidence, and the chance that the sides fall apart by themselves is this.
    if a.variance == 0 || b.variance == 0 { leastP = Orders.chance(a.count, b.count) }
  }

  var p: Double {
    guard error > 0 else { return difference == 0 ? 1 : leastP }
    return max(leastP, StudentT.tails(beyond: difference.magnitude / error, degrees: degrees))
  }

  /// As `p`, but 1 where it lies above 0.05 in any case: far from cheap, and most cells of a self-check do.
  var pWhereItMatters: Double { difference.magnitude < 1.959 * error ? 1 : p }

  var ratio: Ratio {
    let reach = error > 0 ? error * StudentT.quantile(central: Estimate.confidence, degrees: degrees) : 0
    return Ratio(
      value: Double.exp(difference), low: Double.exp(difference - reach), high: Double.exp(difference + reach)
    )
  }
}
