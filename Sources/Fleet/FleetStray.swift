import Comparison

/// A machine whose number lies far from those of equal machines.
public struct FleetStray: Sendable {
  public let machine: String
  public let group: String
  public let metric: FleetMetric
  /// Its number over the median of the group.
  public let ratio: Double
  /// In robust standard deviations.
  public let score: Double
  public let outOf: Int

  /// From the farthest on.
  static func find(_ groups: [FleetGroup]) -> [FleetStray] {
    let looks = groups.reduce(0) { $0 + $1.means.count { $0 != nil } }
    return groups.flatMap { group in
      FleetMetric.all.indices.flatMap { metric in
        Strays.find(group.members.map { $0.mean(metric) }, groups: looks).map {
          FleetStray(
            machine: group.members[$0.index].machine, group: group.name, metric: FleetMetric.all[metric],
            ratio: $0.ratio, score: $0.score, outOf: group.members.count)
        }
      }
    }.sorted { $0.score.magnitude > $1.score.magnitude }
  }
}
