import RealModule

/// The regularized incomplete beta function, from which Student's t has its tails.
enum IncompleteBeta {
  /// I_x(a, b) for 0 <= x <= 1, a and b positive.
  static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let front = Double.exp(
      Double.logGamma(a + b) - Double.logGamma(a) - Double.logGamma(b) + a * Double.log(x)
        + b * Double.log(onePlus: -x))
    // The fraction converges fast below the mean; above it the mirror image does.
    return x < (a + 1) / (a + b + 2)
      ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
  }

  /// The continued fraction of NIST's DLMF 8.17.22, by Lentz's method as Thompson and Barnett have it (J. Comp. Phys. 64,
  /// 1986): the numerators of odd and even steps in one turn.
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    func apart(_ value: Double) -> Double { value.magnitude < 1e-300 ? 1e-300 : value }
    var numerator = 1.0
    var denominator = 1 / apart(1 - (a + b) * x / (a + 1))
    var result = denominator
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      denominator = 1 / apart(1 + even * denominator)
      numerator = apart(1 + even / numerator)
      result *= denominator * numerator
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      denominator = 1 / apart(1 + odd * denominator)
      numerator = apart(1 + odd / numerator)
      let change = denominator * numerator
      result *= change
      if (change - 1).magnitude < 1e-15 { break }
    }
    return result
  }
}
