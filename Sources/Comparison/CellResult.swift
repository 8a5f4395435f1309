/// What became of one cell between two sides.
public struct CellResult: Sendable {
  /// Geometric means over runs.
  public var first: Double
  public var second: Double
  public var ratio: Ratio
  /// Of there being no difference, by itself; nil where it cannot be tested.
  public var p: Double?
  /// Adjusted to all cells that were compared.
  public var adjustedP: Double?
  public var verdict: Verdict
}
