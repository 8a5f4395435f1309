import Measurement
import RealModule

/// Welch's t test of two means of logarithms (Biometrika 34, 1947): the sides may vary by different amounts.
struct WelchTest {
  /// Second less first: the logarithm of the ratio.
  var difference: Double
  /// Its standard error.
  var error: Double
  /// By Welch and Satterthwaite.
  var degrees: Double
  /// No p below this is believed.
  var leastP = 0.0
  /// Runs a side, their harmonic mean where the sides have different numbers of them.
  var runs = 1.0

  /// - Parameters:
  ///   - difference: of the means.
  ///   - first, second: the squared standard errors of the means, with their degrees of freedom.
  init(difference: Double, first: ModeratedVariance, second: ModeratedVariance) {
    self.difference = difference
    let square = first.value + second.value
    error = square.squareRoot()
    let terms = [first, second].reduce(0) { $0 + $1.value * $1.value / $1.degrees }
    degrees = terms > 0 ? square * square / terms : first.degrees + second.degrees
  }

  /// - Parameters:
  ///   - a, b: at least two runs each.
  ///   - of: the variances between runs.
  init(_ a: RunSummary, _ b: RunSummary, of variances: (ModeratedVariance, ModeratedVariance)) {
    func ofMean(_ variance: ModeratedVariance, _ count: Int) -> ModeratedVariance {
      ModeratedVariance(value: variance.value / Double(count), degrees: variance.degrees)
    }
    self.init(
      difference: b.mean - a.mean, first: ofMean(variances.0, a.count), second: ofMean(variances.1, b.count))
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
      value: Double.exp(difference), low: Double.exp(difference - reach), high: Double.exp(difference + reach))
  }
}
