import Reporting

/// The bystanders of several runs, side by side.
struct BystanderOfRuns {
  let runs: [PageRun]
  let styles: RunStyles

  func fill(_ section: inout PageSection) {
    let columns = Column.of(RunGroup.of(runs))
    let victims = BystanderSection.victims(runs.flatMap(\.bystander))
    let rows = victims.map { victim in (label: victim, cells: columns.map { $0.entries(victim) }) }
    let data = rows.flatMap { $0.cells.joined() }
    guard !data.isEmpty else { return }
    section.figures.append(
      Figure(
        "bystander-runs", "Beside nothing but split locks, by run",
        caption: [
          "Victim and aggressor CPU in brackets. Shaded where it is beyond the noise, by the logarithm of the slow-down.",
          RunGroup.reading(columns.map(\.group)),
        ].compactMap { $0 }.joined(separator: " "),
        isWide: true,
        plot: HeatMap(
          corner: "slow-down of", columns: columns.map(\.label),
          rows: rows.map { ($0.label, $0.cells.map { BystanderSection.cell($0.map(\.entry)) }) },
          deepest: BystanderSection.deepest), data: BystanderOfRuns.table(data)))
    section.digest.tables = [
      PageTable(
        "Slow-down beside nothing but split locks", .numbers,
        TextTable(
          columns: ["slow-down of"] + columns.map(\.label),
          rows: rows.map { [$0.label] + $0.cells.map { BystanderSection.cell($0.map(\.entry)).text } }))
    ]
    if let curves { section.figures.append(curves) }
  }

  private typealias Measured = (run: PageRun, entry: BystanderEntry)

  private static func table(_ entries: [Measured]) -> TextTable {
    TextTable(
      columns: ["run"] + BystanderSection.columns,
      rows: entries.map { [$0.run.stored.name] + BystanderSection.fields($0.entry) })
  }

  /// A pair of CPUs of a run, or of a group of them.
  private struct Column {
    let group: RunGroup
    let pair: BystanderEntry.Pair

    var label: String { "\(group.label), \(pair.label)" }

    func entries(_ victim: String) -> [Measured] {
      group.runs.compactMap { run in
        BystanderSection.saturated(run.bystander, pair, victim).map { (run, $0) }
      }
    }

    static func of(_ groups: [RunGroup]) -> [Column] {
      groups.flatMap { group in
        BystanderSection.pairs(group.runs.flatMap(\.bystander)).map { Column(group: group, pair: $0) }
      }
    }
  }

  /// The dose curve of the victim that suffers most anywhere, a line a pair.
  private var curves: Figure? {
    let worst = runs.flatMap(\.bystander).filter(\.isDoseStep).max { $0.slowdown!.value < $1.slowdown!.value }
    guard let victim = worst?.victim else { return nil }
    let lines = Column.of(RunGroup.each(runs)).map { column in
      (
        name: column.label, run: column.group.runs[0],
        steps: column.group.runs[0].bystander.filter {
          $0.isDoseStep && $0.pair == column.pair && $0.victim == victim
        }.sorted { $0.lockedFraction! < $1.lockedFraction! }
      )
    }
    guard let axes = BystanderSection.axes(lines.flatMap(\.steps)) else { return nil }
    let series = lines.filter { !$0.steps.isEmpty }.map { line in
      LinePlot.Series(
        name: line.name, style: styles.style(line.run),
        points: line.steps.map { LinePlot.Point(x: $0.lockedFraction!, y: $0.slowdown!) })
    }
    return Figure(
      "dose-runs", "Dose curves of \(victim)",
      caption: "The victim that suffers most. Bands are 95 % intervals.",
      isWide: true, plot: LinePlot(x: axes.x, y: axes.y, series: series, legend: styles.legend(runs)),
      data: BystanderOfRuns.table(lines.flatMap { line in line.steps.map { (line.run, $0) } }))
  }
}
