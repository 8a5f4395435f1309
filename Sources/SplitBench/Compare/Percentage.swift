import ArgumentParser
import Measurement

/// `2%`, or `2`.
struct Percentage: ExpressibleByArgument, CustomStringConvertible {
  var share: Double

  init(share: Double) { self.share = share }

  init?(argument: String) {
    let digits = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
    guard let percent = Double(digits), percent.isFinite, percent >= 0, percent < 1000 else { return nil }
    share = percent / 100
  }

  var description: String { "\(Decimal.significant(100 * share, 6))%" }
}
