/// Integer arithmetic in place of floating point: the same digits on every machine.
public enum Fixed {
  public static let million = 1_000_000

  /// `value * numerator / denominator` of numbers from 0 on, rounded to the nearest; `Int.max` where it does not fit.
  static func scaled(_ value: Int, by numerator: Int, over denominator: Int) -> Int {
    let divisor = UInt(denominator)
    let product = UInt(value).multipliedFullWidth(by: UInt(numerator))
    let (low, carry) = product.low.addingReportingOverflow(divisor / 2)
    let high = product.high + (carry ? 1 : 0)
    guard high < divisor else { return .max }
    return Int(clamping: divisor.dividingFullWidth((high, low)).quotient)
  }

  /// `numerator / denominator` in millionths; nil over nothing.
  static func share(_ numerator: Int, of denominator: Int) -> Int? {
    denominator == 0 ? nil : scaled(numerator, by: million, over: denominator)
  }

  /// Millionths with all their digits: `0.031250`.
  public static func text(_ millionths: Int) -> String {
    let magnitude = millionths.magnitude
    let fraction = String(magnitude % UInt(million))
    return (millionths < 0 ? "-" : "") + String(magnitude / UInt(million)) + "."
      + String(repeating: "0", count: 6 - fraction.count) + fraction
  }
}
