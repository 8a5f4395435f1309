import Measurement

/// What the dose curves of a pair of CPUs say of rates of split locks that everybody can live with.
public struct DoseLimits {
  private let curves: [DoseCurve]

  public init(_ curves: [DoseCurve]) { self.curves = curves }

  /// The rate that keeps every bystander within a slow-down.
  public struct Strictest {
    /// Operations a second, with unit.
    public var rate: String
    public var curve: DoseCurve
    var isExtrapolated: Bool
  }

  /// - Parameter tolerated: one of `DoseCurve.tolerances`.
  /// - Returns: nil where no rate slows any bystander so much.
  public func strictest(_ tolerated: Double) -> Strictest? {
    limits(tolerated).filter { $0.limit.rateHz != nil }.min { $0.limit.rateHz! < $1.limit.rateHz! }.map {
      Strictest(
        rate: DoseLimits.rate($0.limit.rateHz!), curve: $0.curve, isExtrapolated: $0.limit.isExtrapolated)
    }
  }

  /// The strictest limits over all bystanders, and what they mean for the two knobs that exist.
  public var sentences: [String] {
    guard let worst = curves.max(by: { $0.slowdownAtRatelimit < $1.slowdownAtRatelimit }),
      let careful = curves.max(by: { $0.slowdownAtRatelimitHigh < $1.slowdownAtRatelimitHigh })
    else { return [] }
    let found = DoseCurve.tolerances.compactMap(limit)
    func percent(_ slowdown: Double) -> String { Decimal.significant((slowdown - 1) * 100, 2) }
    return [
      found.isEmpty
        ? "no rate of split locks slowed a bystander by 1 %"
        : "split locks a second that keep every bystander with a dose curve within \(found.joined(separator: "; "))",
      "split_lock_detect=ratelimit:1000 (all CPUs together), or QEMU's bus-lock-ratelimit=1000 for one guest, would leave a"
        + " slow-down of \(percent(worst.slowdownAtRatelimit)) % (\(worst.victim.rawValue)), cautiously"
        + " \(percent(careful.slowdownAtRatelimitHigh)) % (\(careful.victim.rawValue))"
        + (worst.isRatelimitExtrapolated ? ", extrapolated" : ""),
    ]
  }

  /// How to read the sentences, and the words of a curve.
  public static let reading =
    "stall share k: throughput is 1 - k x locked fraction, if \"explained\"; cautiously: at the upper end of k's interval,"
    + " of the low rates alone where it is not"

  private func limits(_ tolerated: Double) -> [(curve: DoseCurve, limit: DoseCurve.Limit)] {
    curves.compactMap { curve in curve.limits.first { $0.tolerated == tolerated }.map { (curve, $0) } }
  }

  private func limit(_ tolerated: Double) -> String? {
    guard let strictest = strictest(tolerated) else { return nil }
    let doubt = [
      strictest.curve.isExplained ? nil : "not explained", strictest.isExtrapolated ? "extrapolated" : nil,
    ]
    let notes = ([strictest.curve.victim.rawValue] + doubt.compactMap { $0 }).joined(separator: ", ")
    // The most cautious of all bystanders, be it one that was too noisy to tell.
    let careful = limits(tolerated).filter { $0.limit.cautiousRateHz != nil }.min {
      $0.limit.cautiousRateHz! < $1.limit.cautiousRateHz!
    }
    let cautious =
      careful.map {
        ", cautiously \(DoseLimits.rate($0.limit.cautiousRateHz!)) (\($0.curve.victim.rawValue))"
      } ?? ""
    return "\(Int((tolerated * 100).rounded())) %: \(strictest.rate) (\(notes))\(cautious)"
  }

  /// Operations a second with as many digits as a reader can use: two.
  public static func rate(_ value: Double) -> String {
    var unit = 1.0
    while value / unit >= 100 { unit *= 10 }
    return "\(Int((value / unit).rounded() * unit))/s"
  }
}

extension DoseCurve {
  /// k with half the length of its interval.
  public var shareInWords: String {
    "\(Decimal.fixed(stallShare, 2)) ±\(Decimal.fixed((stallShareHigh - stallShareLow) / 2, 2))"
  }

  /// A k as uncertain as this explains anything.
  private static let vague = 0.2

  public var explainedInWords: String {
    if !isExplained { return "no" }
    return (stallShareHigh - stallShareLow) / 2 > DoseCurve.vague ? "too noisy" : "yes"
  }
}
