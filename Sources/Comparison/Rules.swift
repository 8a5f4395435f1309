/// What is asked of a comparison.
public struct Rules: Sendable, Equatable {
  /// The share of comparisons without any difference in which one may be claimed.
  public var alpha = 0.05
  /// Effects up to this share do not matter.
  public var threshold = 0.02
  public var adjustment = Adjustment.holm

  /// So many runs of a side are the fewest that say something of a machine: two show that runs differ, not how much.
  public static let fewestRuns = 3
  /// The probability with which a detectable difference is found.
  public static let power = 0.95

  public init(alpha: Double = 0.05, threshold: Double = 0.02, adjustment: Adjustment = .holm) {
    self.alpha = alpha
    self.threshold = threshold
    self.adjustment = adjustment
  }
}
