import Measurement
import Reporting

/// The costs of several runs, side by side.
struct CostOfRuns {
  let runs: [PageRun]

  func fill(_ section: inout PageSection) {
    section.figures = [ladder].compactMap { $0 }
    section.tables = [table].compactMap { $0 }
  }

  var ladder: Figure? {
    var plotted: [(run: PageRun, entry: CostEntry)] = []
    let rows = runs.enumerated().compactMap { index, run -> DotPlot.Row? in
      guard let headline = HeadlineCost(run) else { return nil }
      let same = run.cost.filter {
        $0.isLocked && $0.isBare && $0.cpu == headline.split.cpu && $0.kernel == headline.split.kernel
      }
      let entries = CostSection.placements.compactMap { CostSection.typical(same, $0) }
        .filter { $0.median != nil }
      plotted += entries.map { (run, $0) }
      return DotPlot.Row(
        label: run.name,
        dots: entries.map {
          DotPlot.Dot(
            name: "\($0.kernel), \($0.placement)", style: CostSection.style($0.placement), value: $0.median!)
        }, heading: index == 0 || runs[index - 1].machine != run.machine ? run.machine : nil)
    }
    guard
      let axis = Axis(
        "time of one operation", .nanoseconds, .logarithmic,
        covering: plotted.compactMap(\.entry.median).flatMap(\.all))
    else { return nil }
    return Figure(
      "cost-runs", "Headline kernel by run",
      caption: "The 8-byte lock add where it was measured. Intervals speak of one run each.", isWide: true,
      plot: DotPlot(
        x: axis, rows: rows, legend: CostSection.legend(Set(plotted.map(\.entry.placement)))),
      data: TextTable(
        columns: ["run"] + CostSection.columns,
        rows: plotted.map { [$0.run.stored.name] + CostSection.fields($0.entry) }))
  }

  /// Instruction by run, split across two lines, at the headline's width: the CSV of each run has the others.
  private var table: PageTable? {
    let split = runs.map { run in
      run.cost.filter {
        $0.cpu == run.cost.map(\.cpu).min() && $0.isLocked && $0.isBare && $0.placement == "line-split"
          && $0.widthBytes == HeadlineCost(run)?.split.widthBytes
      }
    }
    let kernels = split.flatMap { $0.map(\.kernel) }.distinct
    guard !kernels.isEmpty else { return nil }
    let rows = kernels.map { kernel in
      [kernel]
        + split.map { entries in
          CostSection.typical(entries.filter { $0.kernel == kernel }, "line-split")?.median
            .map { Nanoseconds.text($0.value) } ?? "-"
        }
    }
    return PageTable(
      "Across two cache lines, ns", .numbers,
      TextTable(columns: ["instruction"] + runs.map(\.label), rows: rows))
  }
}
