/// One side against the first.
public struct SidePair: Sendable {
  public var basis: Basis
  /// By cell; nil where one of the two has not measured it.
  public var cells: [CellResult?]
  /// The smallest differences that this comparison could find; nil unless the run is the unit.
  public var detectable: Detectable?

  /// What a claim rests on.
  public enum Basis: Sendable, Equatable {
    /// At least three runs a side: claims on machines.
    case runs
    /// One run a side: claims on these two runs.
    case rounds
    /// A side has too few runs for the one, and more than one for the other: no claim.
    case nothing(fewestRuns: Int)

    public init(_ first: Int, _ second: Int) {
      self =
        if min(first, second) >= Rules.fewestRuns { .runs } else if first == 1, second == 1 { .rounds } else {
          .nothing(fewestRuns: min(first, second))
        }
    }
  }
}
