import Reporting

/// The bystanders of several runs, side by side.
struct BystanderOfRuns {
  let runs: [PageRun]
  let styles: RunStyles

  func fill(_ section: inout PageSection) {
    let columns = runs.flatMap { run in BystanderSection.pairs(run.bystander).map { (run: run, pair: $0) } }
    let victims = BystanderSection.victims(runs.flatMap(\.bystander))
    let entries = victims.map { victim in
      columns.map { BystanderSection.saturated($0.run.bystander, $0.pair, victim) }
    }
    var data = TextTable(columns: ["run"] + BystanderSection.columns)
    for row in entries {
      for (column, entry) in zip(columns, row) {
        if let entry { data.rows.append([column.run.stored.name] + BystanderSection.fields(entry)) }
      }
    }
    guard !data.rows.isEmpty else { return }
    let names = columns.map { "\($0.run.label), \($0.pair.label)" }
    section.figures.append(
      Figure(
        "bystander-runs", "Beside nothing but split locks, by run",
        caption:
          "Victim and aggressor CPU in brackets. Shaded where it is beyond the noise, by the logarithm of the slow-down.",
        isWide: true,
        plot: HeatMap(
          corner: "slow-down of", columns: names,
          rows: zip(victims, entries).map { ($0, $1.map(BystanderSection.cell)) },
          deepest: BystanderSection.deepest), data: data))
    section.digest.tables = [
      PageTable(
        "Slow-down beside nothing but split locks", .numbers,
        TextTable(
          columns: ["slow-down of"] + names,
          rows: zip(victims, entries).map { [$0] + $1.map { $0?.text ?? "-" } }))
    ]
    if let curves = curves(columns, victims) { section.figures.append(curves) }
  }

  /// The dose curve of the victim that suffers most anywhere, a line a pair.
  private func curves(_ columns: [(run: PageRun, pair: BystanderEntry.Pair)], _ victims: [String]) -> Figure?
  {
    let steps = runs.flatMap(\.bystander).filter {
      $0.aggressor == "line-split" && $0.slowdown != nil && $0.lockedFraction ?? 0 > 0
    }
    guard let victim = steps.max(by: { $0.slowdown!.value < $1.slowdown!.value })?.victim else { return nil }
    let shown = steps.filter { $0.victim == victim }
    guard
      let x = Axis(
        "share of time in which the bus is locked", .share, .logarithmic,
        covering: shown.map { $0.lockedFraction! }),
      let y = Axis(
        "slow-down", .factor, .logarithmic, covering: shown.flatMap { $0.slowdown!.all }, showing: 0.9...2)
    else { return nil }
    var data = TextTable(columns: ["run"] + BystanderSection.columns)
    let series = columns.map { column in
      let own = column.run.bystander.filter {
        $0.pair == column.pair && $0.victim == victim && $0.aggressor == "line-split" && $0.slowdown != nil
          && $0.lockedFraction ?? 0 > 0
      }.sorted { $0.lockedFraction! < $1.lockedFraction! }
      data.rows += own.map { [column.run.stored.name] + BystanderSection.fields($0) }
      return LinePlot.Series(
        name: "\(column.run.label), \(column.pair.label)", style: styles.style(column.run),
        points: own.map { LinePlot.Point(x: $0.lockedFraction!, y: $0.slowdown!) })
    }
    return Figure(
      "dose-runs", "Dose curves of \(victim)",
      caption: "The victim that suffers most. Bands are 95 % intervals.",
      isWide: true,
      plot: LinePlot(x: x, y: y, series: series.filter { !$0.points.isEmpty }, legend: styles.legend(runs)),
      data: data)
  }
}
