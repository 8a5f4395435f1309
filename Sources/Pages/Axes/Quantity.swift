import Measurement
import Reporting

/// What an axis or a number is of: chooses unit and digits.
enum Quantity {
  case nanoseconds, perSecond, factor, share, count

  /// For an axis: short, and exact for 1, 2 and 5 times a power of ten.
  func tick(_ value: Double) -> String {
    switch self {
    case .nanoseconds:
      Quantity.scaled(value, [(1e9, "\u{A0}s"), (1e6, "\u{A0}ms"), (1e3, "\u{A0}µs"), (1, "\u{A0}ns")])
    case .perSecond:
      Quantity.scaled(value, [(1e9, "\u{A0}G/s"), (1e6, "\u{A0}M/s"), (1e3, "\u{A0}k/s"), (1, "/s")])
    case .factor: Decimal.significant(value, 3) + "×"
    case .share: Decimal.significant(value * 100, 3) + "\u{A0}%"
    case .count: Decimal.significant(value, 4)
    }
  }

  /// For a sentence or a table: as many digits as a reader can use.
  func text(_ value: Double) -> String {
    switch self {
    case .nanoseconds where abs(value) < Quantity.mostNanoseconds:
      Nanoseconds.text(value) + "\u{A0}ns"
    case .factor: Decimal.fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0) + "×"
    default: tick(value)
    }
  }

  /// Up to here times are told in nanoseconds, as in the tables of a run.
  static let mostNanoseconds = 10_000.0

  /// In the largest unit that leaves a number of at least 1. The spaces in units do not break a line.
  private static func scaled(_ value: Double, _ units: [(size: Double, name: String)]) -> String {
    let unit = units.first { abs(value) >= $0.size * (1 - 1e-9) } ?? units.last!
    return Decimal.significant(value / unit.size, 3) + unit.name
  }
}
