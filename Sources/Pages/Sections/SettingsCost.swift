import Reporting

/// What an operation costs under each setting of detection.
enum SettingsCost {
  static func figure(_ runs: [PageRun]) -> Figure? {
    var rows: [DotPlot.Row] = []
    var plotted: [(run: PageRun, entry: CostEntry)] = []
    for run in runs {
      let bare = run.settingsCost.filter { $0.isLocked && $0.isBare }
      let kernel = bare.first { $0.isSplit }?.kernel
      for (index, setting) in bare.map(\.setting).distinct.enumerated() {
        let same = bare.filter { $0.setting == setting && $0.kernel == kernel }
        let entries = CostSection.placements.compactMap { CostSection.typical(same, $0) }
          .filter { $0.median != nil }
        plotted += entries.map { (run, $0) }
        rows.append(
          DotPlot.Row(
            label: setting,
            dots: entries.map {
              DotPlot.Dot(
                name: "\($0.kernel), \($0.placement), \(setting)", style: CostSection.style($0.placement),
                value: $0.median!)
            }, heading: index == 0 && runs.count > 1 ? run.label : nil))
      }
    }
    guard
      let axis = Axis(
        "time of one operation", .nanoseconds, .logarithmic,
        covering: plotted.flatMap { $0.entry.median!.all })
    else { return nil }
    return Figure(
      "settings-cost", "Cost of an operation under each setting",
      caption: "An operation that met a signal has no cost; where Linux traps, the cost holds its handler's.",
      isWide: true,
      plot: DotPlot(x: axis, rows: rows, legend: CostSection.legend(Set(plotted.map(\.entry.placement)))),
      data: TextTable(
        columns: ["run"] + CostSection.columns,
        rows: plotted.map { [$0.run.stored.name] + CostSection.fields($0.entry) }))
  }
}
