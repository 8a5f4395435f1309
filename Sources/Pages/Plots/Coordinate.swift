import Measurement

/// Places in a drawing. Across, all is a share of the width, so that a plot is as wide as its page while its letters keep
/// their size; down, all is in pixels.
enum Coordinate {
  /// For the attribute of an element.
  static func percent(_ share: Double) -> String { Decimal.fixed(share * 100, 2) + "%" }

  /// For paths, which know no percent: they lie in a box of their own, so many units wide and stretched.
  static func across(_ share: Double) -> String { Decimal.fixed(share * pathWidth, 1) }
  static let pathWidth = 1000.0

  static func pixels(_ value: Double) -> String { Decimal.fixed(value, 1) }
}
