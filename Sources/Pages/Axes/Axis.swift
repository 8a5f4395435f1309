import Measurement

/// A scale with what stands beside it.
struct Axis {
  let title: String
  let quantity: Quantity
  let scale: Scale
  let ticks: Ticks

  /// Nil if none of `values` has a place on such an axis.
  ///
  /// - Parameters:
  ///   - least: the smallest part that is shown, so that noise does not fill the plot.
  ///   - most: labels that fit.
  init?(
    _ title: String, _ quantity: Quantity, _ kind: Scale.Kind, covering values: [Double],
    showing least: ClosedRange<Double>? = nil, most: Int = 6
  ) {
    let ends = least.map { [$0.lowerBound, $0.upperBound] } ?? []
    guard !values.isEmpty, let scale = Scale(kind, covering: values + ends) else { return nil }
    self.title = title
    self.quantity = quantity
    self.scale = scale
    ticks = Ticks(scale, most: most, leastStep: quantity == .count ? 1 : 0)
  }
  /// Of a tick: on a linear axis all are in the unit of the sentences about it, on a logarithmic one each in its own.
  func label(_ tick: Double) -> String {
    scale.kind == .linear && scale.domain.upperBound < Quantity.mostNanoseconds && quantity == .nanoseconds
      ? Decimal.significant(tick) + "\u{A0}ns" : quantity.tick(tick)
  }
}
