import RealModule

/// Values that an axis marks: 1, 2 or 5 times a power of ten.
struct Ticks: Equatable {
  /// Those with a label.
  var labelled: [Double]
  /// Those with a line only.
  var others: [Double] = []

  /// - Parameters:
  ///   - most: labels that fit.
  ///   - leastStep: between two of them on a linear scale: 1 for what comes in whole numbers.
  init(_ scale: Scale, most: Int, leastStep: Double = 0) {
    let (low, high) = (scale.domain.lowerBound, scale.domain.upperBound)
    switch scale.kind {
    case .linear:
      let step = max(leastStep, Ticks.step(over: high - low, most: most))
      labelled = Ticks.multiples(of: step, low, high)
    case .logarithmic:
      let all = Ticks.multiples(of: [1, 2, 5], low, high)
      guard all.count >= Ticks.fewest else {
        labelled = Ticks.multiples(of: Ticks.step(over: high - low, most: most), low, high)
        break
      }
      let decades = all.filter { $0.mantissa == 1 }.map(\.exponent)
      // Every n-th decade, where there are more than fit.
      let stride = max(1, (decades.count + most - 1) / most)
      let spare = all.count <= most
      // Where no decade lies inside, 2 and 5 must do.
      let isLabelled: (Multiple) -> Bool = {
        spare || ($0.mantissa == 1 && ($0.exponent - decades[0]) % stride == 0)
      }
      labelled = all.filter(isLabelled).map(\.value)
      others = all.filter { !isLabelled($0) }.map(\.value)
    }
  }

  /// With fewer powers of ten and their multiples a logarithmic scale has even steps, as its values are nearly even.
  private static let fewest = 3

  // MARK: Domains

  /// The ticks around `low` and `high`.
  static func linearDomain(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    let size = max(abs(low), abs(high))
    // What differs by rounding alone is one value.
    let span = high - low > size * (slack - 1) ? high - low : (size > 0 ? size : 1)
    let step = step(over: span, most: 6)
    let (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    // One value on a tick would leave no width.
    return (first * step)...((last > first ? last : first + 1) * step)
  }

  /// 1 to 9 times a power of ten, at or around `low` and `high`.
  static func logarithmicDomain(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    let first = multiples(of: Array(1...9), low / 10, low * slack).last!.value
    let last = multiples(of: Array(1...9), high / slack, high * 10).first!.value
    return first < last ? first...last : first...(first * 10)
  }

  // MARK: Parts

  /// The least of 1, 2 and 5 times a power of ten that leaves at most so many ticks.
  private static func step(over span: Double, most: Int) -> Double {
    let rough = span / Double(max(1, most - 1))
    let power = Double.pow(10, Double.log10(rough).rounded(.down))
    return [1, 2, 5, 10].lazy.map { $0 * power }.first { $0 >= rough / slack } ?? 10 * power
  }

  private static func multiples(of step: Double, _ low: Double, _ high: Double) -> [Double] {
    let first = (low / step - (slack - 1)).rounded(.up)
    let last = (high / step + (slack - 1)).rounded(.down)
    guard first <= last else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// Of a power of ten.
  private struct Multiple {
    var mantissa: Int
    var exponent: Int
    /// Divided, since a negative power of ten has no exact value to multiply with.
    var value: Double {
      exponent < 0
        ? Double(mantissa) / Double.pow(10, Double(-exponent))
        : Double(mantissa) * Double.pow(10, Double(exponent))
    }
  }

  private static func multiples(of mantissas: [Int], _ low: Double, _ high: Double) -> [Multiple] {
    let exponents = Int(Double.log10(low).rounded(.down))...Int(Double.log10(high).rounded(.up))
    return exponents.flatMap { exponent in
      mantissas.map { Multiple(mantissa: $0, exponent: exponent) }
    }.filter { $0.value >= low / slack && $0.value <= high * slack }
  }

  /// A tick belongs to a domain that ends on it, whatever rounding did to either.
  private static let slack = 1 + 1e-9
}
