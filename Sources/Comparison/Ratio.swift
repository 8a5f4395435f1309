/// The second side's number over the first's, with its 95 % interval where there is one.
public struct Ratio: Sendable, Equatable {
  public var value: Double
  public var low: Double?
  public var high: Double?
}
