import Measurement
import Reporting

/// The costs of several runs, side by side.
struct CostOfRuns {
  private let groups: [RunGroup]

  init(runs: [PageRun]) { groups = RunGroup.of(runs) }

  func fill(_ section: inout PageSection) {
    section.figures = [ladder].compactMap { $0 }
    section.tables = [table].compactMap { $0 }
  }

  // MARK: Ladder

  var ladder: Figure? {
    let lanes = groups.map { group in (group: group, costs: group.runs.flatMap(CostOfRuns.headline)) }
      .filter { !$0.costs.isEmpty }
    let plotted = lanes.flatMap(\.costs)
    guard
      let axis = Axis(
        "time of one operation", .nanoseconds, .logarithmic,
        covering: plotted.compactMap(\.entry.median).flatMap(\.all))
    else { return nil }
    let rows = lanes.enumerated().map { index, lane in
      DotPlot.Row(
        label: lane.group.name,
        dots: CostSection.placements.compactMap { placement in
          let costs = lane.costs.filter { $0.entry.placement == placement }
          return Ranged(of: costs.compactMap(\.entry.median)).map {
            DotPlot.Dot(
              name: "\(Words.list(costs.map(\.entry.kernel).distinct)), \(placement)",
              style: CostSection.style(placement), value: $0)
          }
        },
        heading: index == 0 || lanes[index - 1].group.machine != lane.group.machine ? lane.group.machine : nil
      )
    }
    return Figure(
      "cost-runs", "Headline kernel by run",
      caption: "The 8-byte lock add where it was measured. "
        + (RunGroup.reading(groups) ?? "Intervals speak of one run each."),
      isWide: true,
      plot: DotPlot(
        x: axis, rows: rows, legend: CostSection.legend(Set(plotted.map(\.entry.placement)))),
      data: TextTable(
        columns: ["run"] + CostSection.columns,
        rows: plotted.map { [$0.run.stored.name] + CostSection.fields($0.entry) }))
  }

  /// The headline kernel of a run at each placement.
  private static func headline(_ run: PageRun) -> [(run: PageRun, entry: CostEntry)] {
    guard let split = HeadlineCost(run)?.split else { return [] }
    let same = run.cost.filter {
      $0.isLocked && $0.isBare && $0.cpu == split.cpu && $0.kernel == split.kernel && $0.median != nil
    }
    return CostSection.placements.compactMap { CostSection.typical(same, $0) }.map { (run, $0) }
  }

  // MARK: Instructions

  /// Instruction by run, split across two lines, at the headline's width: the CSV of each run has the others.
  private var table: PageTable? {
    let split = groups.map { $0.runs.map(CostOfRuns.split) }
    let kernels = split.joined().flatMap(\.keys).distinct
    guard !kernels.isEmpty else { return nil }
    let order = groups.flatMap { $0.runs.flatMap { $0.cost.map(\.kernel) } }.distinct
    let rows = order.filter(kernels.contains).map { kernel in
      [kernel]
        + split.map { runs in
          Ranged(of: runs.compactMap { $0[kernel] }).map { Nanoseconds.text($0.value) } ?? "-"
        }
    }
    return PageTable(
      "Across two cache lines, ns", .numbers,
      TextTable(columns: ["instruction"] + groups.map(\.label), rows: rows))
  }

  /// By kernel.
  private static func split(_ run: PageRun) -> [String: Ranged] {
    let (cpu, width) = (run.cost.map(\.cpu).min(), HeadlineCost(run)?.split.widthBytes)
    let entries = run.cost.filter {
      $0.cpu == cpu && $0.isLocked && $0.isBare && $0.placement == "line-split" && $0.widthBytes == width
    }
    return Dictionary(grouping: entries, by: \.kernel).compactMapValues {
      CostSection.typical($0, "line-split")?.median
    }
  }
}
