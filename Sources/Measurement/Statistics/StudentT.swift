import RealModule
import Synchronization

/// Student's t distribution with any positive degrees of freedom.
public enum StudentT {
  /// P(|T| > t), precise far out: 1 - P(|T| < t) would lose what multiple comparisons need.
  public static func tails(beyond t: Double, degrees: Double) -> Double {
    precondition(degrees > 0 && t >= 0)
    // Above, the distribution is a normal one to six digits, and the fraction would need thousands of steps.
    guard degrees < 1e7 else { return Double.erfc(t / Double.sqrt(2)) }
    return IncompleteBeta.regularized(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t that holds `probability` of the distribution between -t and t.
  public static func quantile(central probability: Double, degrees: Double) -> Double {
    quantile(tails: 1 - probability, degrees: degrees)
  }

  /// The t beyond which, on both sides together, `probability` lies.
  public static func quantile(tails probability: Double, degrees: Double) -> Double {
    precondition(probability > 0 && probability <= 1)
    let key = Key(probability: probability, degrees: degrees)
    if let found = known.withLock({ $0[key] }) { return found }
    let t = bisect(probability, degrees)
    known.withLock { $0[key] = t }
    return t
  }

  private struct Key: Hashable {
    var probability: Double
    var degrees: Double
  }
  /// A run asks for the same few quantiles some hundred thousand times.
  private static let known = Mutex<[Key: Double]>([:])

  private static func bisect(_ probability: Double, _ degrees: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while tails(beyond: high, degrees: degrees) > probability { high *= 2 }
    for _ in 0..<100 where high - low > 1e-14 * high {
      let middle = (low + high) / 2
      if tails(beyond: middle, degrees: degrees) > probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
