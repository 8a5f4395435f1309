/// Statistics by rank.
public enum Order {
  /// The median; nil of nothing.
  public static func median(_ values: [Double]) -> Double? {
    quantile(0.5, ofSorted: values.sorted())
  }

  /// The quantile `q` of rising values, linear between ranks (Hyndman and Fan 1996, type 7); nil of nothing.
  public static func quantile(_ q: Double, ofSorted values: [Double]) -> Double? {
    guard let last = values.last else { return nil }
    let position = q * Double(values.count - 1)
    let lower = Int(position)
    guard lower + 1 < values.count else { return last }
    let fraction = position - Double(lower)
    return values[lower] + fraction * (values[lower + 1] - values[lower])
  }

  /// As `quantile`, but nil unless at least ten values lie beyond it: a tail percentile of fewer is noise.
  public static func tailQuantile(_ q: Double, ofSorted values: [Double]) -> Double? {
    guard Double(values.count) * (1 - q) >= 10 - 1e-9 else { return nil }
    return quantile(q, ofSorted: values)
  }
}
