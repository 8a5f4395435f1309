import RealModule
import Synchronization

/// Student's t distribution with whole degrees of freedom.
public enum StudentT {
  /// P(-t < T < t), by the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4.
  public static func centralProbability(_ t: Double, degrees: Int) -> Double {
    precondition(degrees >= 1 && t >= 0)
    let theta = Double.atan2(y: t, x: Double.sqrt(Double(degrees)))
    let (sine, cosine) = (Double.sin(theta), Double.cos(theta))
    if degrees == 1 { return 2 * theta / .pi }
    var term = degrees.isMultiple(of: 2) ? 1.0 : cosine
    var sum = term
    for k in stride(from: degrees.isMultiple(of: 2) ? 2 : 3, through: degrees - 2, by: 2) {
      term *= cosine * cosine * Double(k - 1) / Double(k)
      sum += term
    }
    return degrees.isMultiple(of: 2) ? sine * sum : 2 / .pi * (theta + sine * sum)
  }

  /// The t that holds `probability` of the distribution between -t and t.
  public static func quantile(central probability: Double, degrees: Int) -> Double {
    precondition((0..<1).contains(probability))
    let key = Key(probability: probability, degrees: degrees)
    if let found = known.withLock({ $0[key] }) { return found }
    let t = bisect(probability, degrees)
    known.withLock { $0[key] = t }
    return t
  }

  private struct Key: Hashable {
    var probability: Double
    var degrees: Int
  }
  /// A run asks for the same few quantiles some hundred thousand times.
  private static let known = Mutex<[Key: Double]>([:])

  private static func bisect(_ probability: Double, _ degrees: Int) -> Double {
    var low = 0.0
    var high = 1.0
    while centralProbability(high, degrees: degrees) < probability { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if centralProbability(middle, degrees: degrees) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
