import Comparison
import Fleet

/// Many machines beside the verdicts on sides, in JSON.
struct FleetJson: Encodable {
  private let machines: Int
  private let rankings: [RankingJson]
  private let setUpOtherwise: [DeviationJson]
  private let farFromEqualMachines: [StrayJson]
  private let policies: [PolicyJson]

  init(_ compared: ComparedFleet) {
    let fleet = compared.fleet
    let name = { (group: String) in compared.letters?[group] ?? group }
    machines = fleet.machines.count
    rankings = FleetMetric.all.indices.compactMap { metric in
      let (groups, ranking) = fleet.ranking(metric)
      guard !groups.isEmpty else { return nil }
      return RankingJson(
        metric: FleetMetric.all[metric].name, unit: FleetMetric.all[metric].unit,
        kinds: ranking.places.map {
          PlaceJson($0, groups[$0.index].means[metric]!, kind: name(groups[$0.index].name))
        })
    }
    setUpOtherwise = fleet.deviations.map(DeviationJson.init)
    farFromEqualMachines = fleet.strays.map { StrayJson($0, kind: name($0.group)) }
    policies = fleet.policies.map { PolicyJson(policy: $0, machines: $1.count) }
  }

  private struct RankingJson: Encodable {
    let metric: String
    let unit: String
    /// From the fastest on.
    let kinds: [PlaceJson]
  }

  private struct PlaceJson: Encodable {
    let kind: String
    let bestPlace: Int
    let worstPlace: Int
    let mean: Double
    let low: Double?
    let high: Double?
    let machines: Int
    let runs: Int
    /// Standard deviations of logarithms.
    let betweenMachines: Double?
    let betweenRuns: Double?

    init(_ place: Ranking.Place, _ mean: ClusterMean, kind: String) {
      self.kind = kind
      (bestPlace, worstPlace) = (place.best, place.worst)
      (self.mean, low, high) = (mean.value, mean.low, mean.high)
      (machines, runs) = (mean.machines, mean.runs)
      (betweenMachines, betweenRuns) = (mean.betweenMachines, mean.betweenRuns)
    }
  }

  private struct DeviationJson: Encodable {
    let hardware: String
    let property: String
    let value: String
    let usual: String
    let machines: [String]
    let outOf: Int

    init(_ deviation: FleetDeviation) {
      (hardware, property) = (deviation.hardware, deviation.property)
      (value, usual) = (deviation.value, deviation.usual)
      (machines, outOf) = (deviation.machines, deviation.outOf)
    }
  }

  private struct StrayJson: Encodable {
    let machine: String
    let kind: String
    let metric: String
    let overTheMedian: Double
    let robustDeviations: Double
    let outOf: Int

    init(_ stray: FleetStray, kind: String) {
      (machine, self.kind, metric) = (stray.machine, kind, stray.metric.name)
      (overTheMedian, robustDeviations, outOf) = (stray.ratio, stray.score, stray.outOf)
    }
  }

  private struct PolicyJson: Encodable {
    let policy: String
    let machines: Int
  }
}
