import Measurement

/// Groups in the order of their means, and the places that each may have.
///
/// A group's best place is one behind those that are surely smaller, its worst one before those that are surely larger. All pairs are
/// tested by Welch's test, p adjusted to their number by Holm's method: with 95 % confidence all places are right together (Mogstad,
/// Romano, Shaikh and Wilhelm, Review of Economic Studies 91, 2024).
public struct Ranking: Sendable {
  public struct Place: Sendable, Equatable {
    /// Of the groups as given.
    public var index: Int
    public var best: Int
    public var worst: Int
    /// Whether it was tested at all: with fewer than three machines it could be anywhere, however many runs they have.
    public var isTested: Bool
  }

  /// From the smallest mean on.
  public let places: [Place]

  /// - Parameter alpha: the chance that any place is wrong.
  public init(_ groups: [ClusterMean], alpha: Double = Rules().alpha) {
    // How far runs of one machine lie apart says nothing of how far machines do.
    let tested = groups.indices.filter { groups[$0].machines >= Rules.fewestRuns }
    let pairs = tested.flatMap { a in tested.filter { $0 > a }.map { (a, $0) } }
    let tests = pairs.map { WelchTest(groups[$0.0].units, groups[$0.1].units) }
    let adjusted = Adjustment.holm.adjusted(tests.map(\.p))
    var (smaller, larger) = (groups.map { _ in 0 }, groups.map { _ in 0 })
    for (index, pair) in pairs.enumerated() where adjusted[index] <= alpha {
      let isSecondLarger = tests[index].difference > 0
      let (low, high) = isSecondLarger ? pair : (pair.1, pair.0)
      smaller[high] += 1
      larger[low] += 1
    }
    places = groups.indices.sorted { groups[$0].value < groups[$1].value }.map {
      Place(
        index: $0, best: 1 + smaller[$0], worst: groups.count - larger[$0], isTested: tested.contains($0))
    }
  }
}
