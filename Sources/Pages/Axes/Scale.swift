import RealModule

/// Where values lie between the ends of an axis.
struct Scale: Equatable {
  enum Kind { case linear, logarithmic }

  let kind: Kind
  let domain: ClosedRange<Double>

  /// A scale from one tick to another with all of `values` between.
  ///
  /// What has no place, such as 0 on a logarithmic scale, is left aside; nil if nothing is left.
  init?(_ kind: Kind, covering values: [Double]) {
    let placed = values.filter { abs($0) < Scale.largest && (kind == .linear || $0 > 1 / Scale.largest) }
      .map { abs($0) < 1 / Scale.largest ? 0 : $0 }
    guard let low = placed.min(), let high = placed.max() else { return nil }
    self.kind = kind
    switch kind {
    case .linear: domain = Ticks.linearDomain(low, high)
    case .logarithmic: domain = Ticks.logarithmicDomain(low, high)
    }
  }

  /// Nothing that is measured comes near it, or its inverse; powers of ten beyond would overflow.
  private static let largest = 1e100

  /// 0 at the lower end, 1 at the upper; the nearer end for what lies beyond, nil for what has no place.
  func position(_ value: Double) -> Double? {
    guard value.isFinite, kind == .linear || value > 0 else { return nil }
    let (low, high) = (domain.lowerBound, domain.upperBound)
    let share =
      switch kind {
      case .linear: (value - low) / (high - low)
      case .logarithmic: Double.log(value / low) / Double.log(high / low)
      }
    return min(1, max(0, share))
  }
}
