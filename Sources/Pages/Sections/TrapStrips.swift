import Machine
import Reporting

/// What split locks met, as strips of CPUs.
enum TrapStrips {
  private static let columns = [
    "run", "cpu", "trigger", "context", "placement", "width_bytes", "locked", "outcome", "kind",
  ]
  private static func fields(_ run: PageRun, _ entry: TrapEntry) -> [String] {
    [
      run.stored.name, "\(entry.cpu)", entry.trigger, entry.context, entry.placement, "\(entry.widthBytes)",
      "\(entry.isLocked)", entry.outcome, entry.kind,
    ]
  }

  /// Rows are what was tried, places are CPUs.
  static func figure(_ run: PageRun) -> Figure? {
    let cpus = Set(run.trap.map(\.cpu)).sorted()
    let entries = run.trap.filter { $0.widthBytes == 8 && $0.isLocked }
    // What one CPU alone was asked stands in the table.
    let tried = entries.map(trial).distinct.filter { name in
      Set(entries.filter { trial($0) == name }.map(\.cpu)) == Set(cpus)
    }
    guard !tried.isEmpty else { return nil }
    let rows = tried.map { name in
      let same = entries.filter { trial($0) == name }
      return StripPlot.Row(
        label: name,
        answers: cpus.map { cpu in
          same.first { $0.cpu == cpu }.map {
            StripPlot.Answer(outcome: $0.outcome, text: TrapSection.answer($0))
          }
        })
    }
    return Figure(
      "trap-cpus", "8-byte lock add, CPU by CPU",
      caption: "CPUs from left to right; neighbours that answer alike are one piece.", isWide: true,
      plot: StripPlot(rows: rows, places: cpus.map { "CPU \($0)" }) { range in
        "CPUs \(CpuSelection.ranges(Array(cpus[range])))"
      }, data: TextTable(columns: columns, rows: run.trap.map { fields(run, $0) }))
  }

  private static func trial(_ entry: TrapEntry) -> String {
    "\(entry.trigger), \(entry.context), \(entry.placement)"
  }

  /// Rows are runs, places their CPUs.
  static func figure(_ runs: [PageRun]) -> Figure? {
    var data: [[String]] = []
    var rows: [StripPlot.Row] = []
    for (index, run) in runs.enumerated() {
      let split = run.trap.filter {
        $0.isSplitLock && $0.widthBytes == 8 && $0.placement == "line-split" && $0.context == "in-process"
      }.sorted { $0.cpu < $1.cpu }
      guard !split.isEmpty else { continue }
      data += split.map { fields(run, $0) }
      rows.append(
        StripPlot.Row(
          label: run.name,
          answers: split.map { StripPlot.Answer(outcome: $0.outcome, text: TrapSection.answer($0)) },
          heading: index == 0 || runs[index - 1].machine != run.machine ? run.machine : nil))
    }
    guard !rows.isEmpty else { return nil }
    return Figure(
      "trap-runs", "8-byte lock add across two lines, in a process with a handler",
      caption: "A strip a run, its CPUs from left to right; neighbours that answer alike are one piece.",
      isWide: true,
      plot: StripPlot(rows: rows, places: []) {
        "CPUs \($0.lowerBound + 1) to \($0.upperBound + 1) in order"
      },
      data: TextTable(columns: columns, rows: data))
  }
}
