/// How p values are adjusted to their number.
public enum Adjustment: String, Sendable {
  /// No false claim among all, whatever depends on what (Holm, Scandinavian Journal of Statistics 6, 1979).
  case holm
  /// A bounded share of false claims among the claims (Benjamini and Hochberg, JRSS B 57, 1995).
  case benjaminiHochberg = "benjamini-hochberg"

  /// The adjusted values, in the order of the given ones.
  public func adjusted(_ values: [Double]) -> [Double] {
    let rising = values.indices.sorted { values[$0] < values[$1] }
    var result = values
    switch self {
    case .holm:
      var least = 0.0
      for (rank, index) in rising.enumerated() {
        least = max(least, min(1, values[index] * Double(values.count - rank)))
        result[index] = least
      }
    case .benjaminiHochberg:
      var most = 1.0
      for (rank, index) in rising.enumerated().reversed() {
        most = min(most, values[index] * Double(values.count) / Double(rank + 1))
        result[index] = most
      }
    }
    return result
  }
}
