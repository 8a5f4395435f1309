import RealModule

/// A positive quantity with its 95 % interval, from one number a round.
///
/// The interval is Tukey and McLaughlin's (Sankhya A 25, 1963) t interval of the 20 % trimmed mean, taken on
/// the log scale: costs are positive and their disturbances multiply, and a few rounds beside a busy
/// neighbour must neither move the estimate nor be dropped by hand. It is widened where neighbouring rounds resemble
/// each other: rounds of one run are not independent.
public struct Estimate: Sendable, Equatable, Codable {
  public var value: Double
  /// Nil with fewer than three rounds.
  public var low: Double?
  public var high: Double?
  public var rounds: Int

  public static let confidence = 0.95
  public static let trimmedShare = 0.2

  /// One whose bounds are found elsewhere.
  public init(value: Double, low: Double? = nil, high: Double? = nil, rounds: Int) {
    self.value = value
    self.low = low
    self.high = high
    self.rounds = rounds
  }

  /// - Parameter rounds: one positive number a round; others are refused. Nil of none.
  public init?(rounds: [Double]) {
    let inOrder = rounds.filter { $0 > 0 && $0.isFinite }.map { Double.log($0) }
    let logs = inOrder.sorted()
    guard !logs.isEmpty else { return nil }
    self.rounds = logs.count
    let trimmed = Int(Estimate.trimmedShare * Double(logs.count))
    let kept = logs[trimmed..<(logs.count - trimmed)]
    let mean = kept.reduce(0, +) / Double(kept.count)
    value = Double.exp(mean)
    guard logs.count >= 3, kept.count >= 2 else { return }

    let winsorized = logs.map { min(max($0, kept.first!), kept.last!) }
    let winsorizedMean = winsorized.reduce(0, +) / Double(winsorized.count)
    let squares = winsorized.reduce(0) { $0 + ($1 - winsorizedMean) * ($1 - winsorizedMean) }
    let error = Double.sqrt(squares / Double(kept.count * (kept.count - 1)))
    let dependence = Estimate.dependence(inOrder)
    let reach =
      dependence * error * StudentT.quantile(central: Estimate.confidence, degrees: Double(kept.count - 1))
    low = Double.exp(mean - reach)
    high = Double.exp(mean + reach)
  }

  /// By how much neighbouring rounds that resemble each other widen the interval: sqrt((1 + r) / (1 - r)) for an
  /// autocorrelation r of first order. Too few rounds do not tell, and count as independent.
  static func dependence(_ logs: [Double]) -> Double {
    guard logs.count >= 20, let centre = Order.median(logs) else { return 1 }
    // Signs, not sizes: one wild round must not hide that the others resemble each other. For a normal process the
    // correlation of signs is 2/pi asin(r).
    let signs = logs.map { $0 > centre ? 1.0 : -1.0 }
    let agreement =
      zip(signs, signs.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(signs.count - 1)
    let r = min(0.8, max(0, Double.sin(agreement * .pi / 2)))
    return Double.sqrt((1 + r) / (1 - r))
  }

  /// Half the interval's length over the value; nil where there is no interval.
  public var relativeHalfWidth: Double? {
    guard let low, let high else { return nil }
    return (high - low) / 2 / value
  }

  /// The same quantity in another unit.
  public func scaled(by factor: Double) -> Estimate {
    var copy = self
    copy.value *= factor
    copy.low = low.map { $0 * factor }
    copy.high = high.map { $0 * factor }
    return copy
  }
}
