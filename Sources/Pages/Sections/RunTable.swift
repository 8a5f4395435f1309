import Reporting

/// One row a run, or a group of them, with the headline figures.
enum RunTable {
  static func make(
    _ groups: [RunGroup], _ name: String = "Runs by machine, boot mode and time", isFolded: Bool? = false,
    links: [[PageTable.Link]] = []
  ) -> PageTable {
    let experiments = groups.map { $0.runs.map(names).distinct.joined(separator: "; ") }
    let isMixed = experiments.distinct.count > 1
    let columns =
      ["machine", "run", "measured (UTC)"] + (isMixed ? ["experiments"] : [])
      + ["line-split", "to aligned", "slowest bystander", "within 1 %", "a program that split-locks"]
    let rows = zip(groups, experiments).map { group, experiments in
      let figures = HeadlineFigures(group)
      return [group.machine, group.name, measured(group)] + (isMixed ? [experiments] : [])
        + [
          figures.split?.text(.nanoseconds) ?? "-", figures.ratio?.text(.factor) ?? "-",
          figures.bystander ?? "-", figures.limit ?? "-", figures.fate ?? "-",
        ]
    }
    return PageTable(
      name, .words, TextTable(columns: columns, rows: rows), isFolded: isFolded, links: links)
  }

  /// What its columns mean.
  static let words =
    "Line-split is the cost of an 8-byte lock add across two cache lines, where that was measured; within 1 %, how many of them a second"
    + " leave every bystander with a dose curve so. A run is named by how Linux was booted, and by what else tells it from the others."

  private static func measured(_ group: RunGroup) -> String {
    let times = group.runs.map(\.record.startedUtc).sorted().map(RunLabels.time)
    let (first, last) = (times[0], times[times.count - 1])
    guard first != last else { return breakable(first) }
    let day = last.prefix { $0 != "\u{A0}" }
    return breakable("\(first) to \(first.hasPrefix(day) ? String(last.dropFirst(day.count + 1)) : last)")
  }

  /// A narrow column has its lines broken between day and time.
  private static func breakable(_ time: String) -> String { time.replacing("\u{A0}", with: " ") }

  /// Of its experiments.
  private static func names(_ run: PageRun) -> String {
    run.record.parameters.experiments.joined(separator: ", ")
  }
}
