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
          same.first { $0.cpu == cpu }.map(answer)
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

  private static func answer(_ entry: TrapEntry) -> StripPlot.Answer {
    StripPlot.Answer(outcome: entry.outcome, text: TrapSection.answer(entry))
  }

  /// The trial that stands for a run, by CPU.
  private static func split(_ run: PageRun) -> [TrapEntry] {
    run.trap.filter {
      $0.isSplitLock && $0.widthBytes == 8 && $0.placement == "line-split" && $0.context == "in-process"
    }.sorted { $0.cpu < $1.cpu }
  }

  /// Rows are runs, places their CPUs.
  static func figure(_ runs: [PageRun]) -> Figure? {
    var data: [[String]] = []
    var rows: [StripPlot.Row] = []
    var machine: String?
    for group in RunGroup.of(runs) {
      let tried = group.runs.map { run in (run: run, split: split(run)) }.filter { !$0.split.isEmpty }
      data += tried.flatMap { tried in tried.split.map { fields(tried.run, $0) } }
      let answers = tried.map { $0.split.map(answer) }
      // Runs of a group that answer alike are one strip.
      for same in answers.distinct {
        let count = answers.count { $0 == same }
        rows.append(
          StripPlot.Row(
            label: count == answers.count
              ? group.name : "\(count) of \(answers.count) runs of \(group.runs[0].mode)", answers: same,
            heading: group.machine == machine ? nil : group.machine))
        machine = group.machine
      }
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
