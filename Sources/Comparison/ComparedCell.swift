import Measurement

/// A cell, and what every run of every side gave for it.
public struct ComparedCell: Sendable {
  /// Cells of one quantity, whose spreads between runs say something of each other: those of one table.
  public var family: String
  /// Whether a larger number is worse, as of a time, or better, as of a rate.
  public var largerIsSlower: Bool
  /// By side, then by run: a positive number with its interval over the run's rounds; nil where that run has none.
  public var sides: [[Estimate?]]

  public init(family: String, largerIsSlower: Bool, sides: [[Estimate?]]) {
    self.family = family
    self.largerIsSlower = largerIsSlower
    self.sides = sides
  }
}
