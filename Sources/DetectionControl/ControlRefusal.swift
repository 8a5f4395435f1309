/// What a person asked for and must not have.
public struct ControlRefusal: Error, CustomStringConvertible, Sendable {
  public let description: String
  init(_ description: String) { self.description = description }

  public static let restless = ControlRefusal(
    "the detection registers do not hold still: some program split-locks all the time; end it first")
}
