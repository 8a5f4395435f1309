import RealModule

/// The first two derivatives of the logarithm of the gamma function, for positive arguments.
enum Polygamma {
  /// The asymptotic series are good to 1e-12 from here on (Abramowitz and Stegun 6.3.18 and 6.4.12).
  private static let large = 12.0

  static func digamma(_ x: Double) -> Double {
    var (x, below) = (x, 0.0)
    while x < large {
      below -= 1 / x
      x += 1
    }
    let square = 1 / (x * x)
    let series = square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240))))
    return below + Double.log(x) - 1 / (2 * x) - series
  }

  static func trigamma(_ x: Double) -> Double {
    var (x, below) = (x, 0.0)
    while x < large {
      below += 1 / (x * x)
      x += 1
    }
    let square = 1 / (x * x)
    let series = 1.0 / 6 - square * (1.0 / 30 - square * (1.0 / 42 - square * (1.0 / 30)))
    return below + 1 / x + square / 2 + series * square / x
  }
}
