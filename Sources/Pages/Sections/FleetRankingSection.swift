import Comparison
import Fleet
import Measurement
import Reporting

/// Which kind of machine is fast, with the places that chance leaves open.
enum FleetRankingSection {
  static func make(_ fleet: Fleet, _ names: FleetNames) -> PageSection {
    var section = PageSection("ranking", "Ranking")
    section.words = [
      "Every machine counts once, by the geometric mean of its runs; a kind's interval, 95 %, holds the spread between its machines."
        + " A place is a range where kinds do not differ by more than chance: all ranges are right together in 95 % of such pages."
        + " With fewer than three machines a kind may have any place, and its interval, if any, is that of its only machine over its runs."
    ]
    let delayed = fleet.groups.filter { !$0.isNative }
    if !delayed.isEmpty {
      let leftOut =
        "Left out, since Linux answers split locks there and costs hold what it does: "
        + Words.list(delayed.map { names[$0.name] }) + "."
      section.words.append(leftOut)
      section.digest.facts = [leftOut]
    }
    for (index, metric) in FleetMetric.all.enumerated() {
      let (groups, ranking) = fleet.ranking(index)
      guard !groups.isEmpty else { continue }
      let table = PageTable(
        "\(metric.name), \(metric.unit)", .numbers,
        TextTable(
          columns: [
            "kind", "place", "mean", "95 % interval", "machines", "runs", "between machines", "between runs",
          ], rows: ranking.places.map { row($0, groups[$0.index], index, names) }),
        isFolded: index == 0 ? nil : groups.count > 1,
        meanings: [
          .init(
            name: "between machines",
            text: "standard deviation beyond what runs make, as a share; - where none has two runs"),
          .init(name: "between runs", text: "of one machine, likewise"),
        ])
      section.tables.append(table)
      if index == 0 { section.digest.tables = [table] }
    }
    section.figures = [figure(fleet, names)].compactMap { $0 }
    section.findings = findings(fleet, names)
    return section
  }

  private static func row(
    _ place: Ranking.Place, _ group: FleetGroup, _ metric: Int, _ names: FleetNames
  ) -> [String] {
    let mean = group.means[metric]!
    func share(_ deviation: Double?) -> String {
      deviation.map { Decimal.significant(100 * $0, 2) + " %" } ?? "-"
    }
    let interval = mean.low.flatMap { low in
      mean.high.map { "\(Decimal.significant(low, 4)) to \(Decimal.significant($0, 4))" }
    }
    return [
      names[group.name], place.best == place.worst ? "\(place.best)" : "\(place.best) to \(place.worst)",
      Decimal.significant(mean.value, 4),
      (interval ?? "-") + (mean.isOfOneMachine && interval != nil ? " (of this machine)" : ""),
      "\(mean.machines)", "\(mean.runs)", share(mean.betweenMachines), share(mean.betweenRuns),
    ]
  }

  private static func figure(_ fleet: Fleet, _ names: FleetNames) -> Figure? {
    let (groups, ranking) = fleet.ranking(0)
    let means = ranking.places.prefix(mostPlotted).map {
      (group: groups[$0.index], mean: groups[$0.index].means[0]!)
    }
    func ranged(_ mean: ClusterMean) -> Ranged { Ranged(value: mean.value, low: mean.low, high: mean.high) }
    let metric = FleetMetric.all[0]
    guard means.count > 1,
      let axis = Axis(
        metric.name, .nanoseconds, .logarithmic, covering: means.map(\.mean).map(ranged).flatMap(\.all))
    else { return nil }
    return Figure(
      "fleet-ranking", metric.name,
      caption: "Geometric means of machines, with 95 % intervals; of a kind's only machine, over its runs.",
      isWide: true,
      plot: DotPlot(
        x: axis,
        rows: means.map {
          DotPlot.Row(
            label: "\(names[$0.group.name]), \($0.group.example.record.machine.processor.brand)",
            dots: [DotPlot.Dot(name: metric.name, style: SeriesStyle(0), value: ranged($0.mean))])
        }, legend: []),
      data: TextTable(
        columns: ["kind", "group", "mean_ns", "low_ns", "high_ns", "machines", "runs"],
        rows: means.map {
          [
            names[$0.group.name], $0.group.name, Decimal.significant($0.mean.value),
            $0.mean.low.map { Decimal.significant($0) } ?? "",
            $0.mean.high.map { Decimal.significant($0) } ?? "", "\($0.mean.machines)", "\($0.mean.runs)",
          ]
        }))
  }

  private static func findings(_ fleet: Fleet, _ names: FleetNames) -> [String] {
    let (groups, ranking) = fleet.ranking(0)
    guard groups.count > 1, let first = ranking.places.first, first.best == first.worst,
      let mean = groups[first.index].means[0]
    else { return [] }
    return [
      "A \(FleetMetric.all[0].name) is cheapest on \(names[groups[first.index].name]): \(Decimal.significant(mean.value, 4)) ns."
    ]
  }

  private static let mostPlotted = 40
}
