/// What a number counts. Two units of one kind differ by a factor; others cannot be converted.
struct MeasuredUnit {
  private enum Kind { case time, cycles, ratio, rate }
  private let kind: Kind
  /// How many of the smallest of its kind.
  private let size: Double

  /// As published numbers have it; nil of a unit that no column has.
  init?(_ name: String) {
    switch name {
    case "ns": (kind, size) = (.time, 1)
    case "us": (kind, size) = (.time, 1e3)
    case "ms": (kind, size) = (.time, 1e6)
    case "s": (kind, size) = (.time, 1e9)
    case "cycles": (kind, size) = (.cycles, 1)
    case "x": (kind, size) = (.ratio, 1)
    case "1/s": (kind, size) = (.rate, 1)
    default: return nil
    }
  }

  /// A column's, by its name; nil where the name has none.
  static func name(ofColumn column: String) -> String? {
    if column.hasSuffix("_ns") { return "ns" }
    if column.hasSuffix("_ms") { return "ms" }
    if column.hasSuffix("cycles") { return "cycles" }
    if column.hasSuffix("_per_second") || column.hasSuffix("_hz") { return "1/s" }
    if column.hasPrefix("ratio") || column.hasSuffix("slowdown") { return "x" }
    return nil
  }

  /// What a number in this unit is to be multiplied by to be one in another; nil where that cannot be.
  func factor(to other: MeasuredUnit) -> Double? { kind == other.kind ? size / other.size : nil }
}
