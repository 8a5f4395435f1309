import Measurement
import RealModule

/// Members of a group whose number lies far from the others'.
///
/// By the distance from the median over 1.4826 times the median distance (Iglewicz and Hoaglin, How to Detect and Handle Outliers,
/// 1993), corrected for few members: a few strays do not hide each other. The limit is that of a t with the degrees of freedom that a
/// median distance is worth (Croux and Rousseeuw, Computational Statistics 1, 1992, for both), over all members and groups, so that one
/// page in twenty shows a stray where there is none.
public enum Strays {
  public struct Stray: Sendable, Equatable {
    public var index: Int
    /// Its number over the median.
    public var ratio: Double
    /// In robust standard deviations.
    public var score: Double
  }

  /// So few members do not show what is usual.
  public static let fewestMembers = 5

  /// - Parameters:
  ///   - values: positive, one a member; nil of one that was not measured.
  ///   - groups: among how many such groups this is looked at.
  ///   - threshold: smaller shares do not matter.
  /// - Returns: from the farthest on.
  public static func find(
    _ values: [Double?], groups: Int = 1, threshold: Double = Rules().threshold
  ) -> [Stray] {
    let logs = values.map { $0.map { Double.log($0) } }
    let known = logs.compactMap { $0 }
    guard known.count >= fewestMembers, let median = Order.median(known),
      let spread = Order.median(known.map { ($0 - median).magnitude })
    else { return [] }
    // Numbers that come in steps may have no spread at all.
    let count = Double(known.count)
    let scale = max(1.4826 * spread * count / (count - 0.8), threshold / leastScore)
    let chance = Rules().alpha / (count * Double(max(1, groups)))
    // A median distance is as uncertain as a standard deviation of 37 % of the members.
    let limit = max(leastScore, StudentT.quantile(tails: chance, degrees: 0.37 * (count - 1)))
    return logs.enumerated().compactMap { index, log -> Stray? in
      guard let log else { return nil }
      let score = (log - median) / scale
      guard score.magnitude > limit, (log - median).magnitude > Double.log(onePlus: threshold) else {
        return nil
      }
      return Stray(index: index, ratio: Double.exp(log - median), score: score)
    }.sorted { $0.score.magnitude > $1.score.magnitude }
  }

  /// What Iglewicz and Hoaglin advise.
  private static let leastScore = 3.5
}
