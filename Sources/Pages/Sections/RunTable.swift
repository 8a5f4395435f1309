import Reporting

/// One row a run, with its headline figures.
enum RunTable {
  static func make(_ runs: [PageRun], links: [[PageTable.Link]] = []) -> PageTable {
    let columns = [
      "machine", "run", "measured (UTC)", "line-split", "to aligned", "slowest bystander", "within 1 %",
      "a program that split-locks",
    ]
    let rows = runs.map { run in
      let headline = HeadlineCost(run)
      return [
        run.machine, run.name, RunLabels.time(run.record.startedUtc),
        headline.map { Quantity.nanoseconds.text($0.split.median!.value) } ?? "-",
        headline?.split.ratio.map { Quantity.factor.text($0.value) } ?? "-",
        OneBystander.worst(run).map { "\(Quantity.factor.text($0.slowdown!.value)) (\($0.victim))" } ?? "-",
        DoseLimits(run.record.doseCurves ?? []).strictest(0.01)?.rate ?? "-", TrapSection.fate(run) ?? "-",
      ]
    }
    return PageTable(
      "Runs by machine, boot mode and time", .words, TextTable(columns: columns, rows: rows), links: links)
  }

  /// What its columns mean.
  static let words =
    "Line-split is the cost of an 8-byte lock add across two cache lines, where that was measured; within 1 %, how many of them a second"
    + " leave every bystander so. A run is named by how Linux was booted, and by what else tells it from the others."
}
