import Measurement
import Reporting
import StoredRuns

/// What happens as more CPUs issue split locks.
enum ScalingSection: SectionMaker {
  static let experiment: String? = "scaling"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let measured = runs.filter { !$0.scaling.isEmpty }
    guard !measured.isEmpty else { return nil }
    var section = PageSection("scaling", "More offenders")
    section.words = [
      "Operations a second of all offenders together, on operands of their own and on a shared one."
        + " Mixed: every second one splits, the others use an aligned operand on the first of the two lines; only those that split"
        + " count."
    ]
    section.figures = [figure(measured, runs.count == 1 ? nil : RunStyles(runs))].compactMap { $0 }
    section.facts = Words.byRun(measured, facts)
    if runs.count == 1 {
      section.tables = [table(measured[0])].compactMap { $0 }
      section.findings = [sentence(measured[0])].compactMap { $0 }
      section.digest.tables = section.tables
    }
    section.digest.facts = section.facts
    section.glossary = Glossary.arrangements(measured.flatMap { $0.scaling.map(\.arrangement) })
    return section
  }

  private static func isReader(_ entry: ScalingEntry) -> Bool { entry.arrangement.hasSuffix("reader") }

  private static func value(_ entry: ScalingEntry) -> Ranged? {
    entry.splitThroughput.map { Ranged(value: $0) } ?? entry.throughput
  }

  private static func figure(_ runs: [PageRun], _ styles: RunStyles?) -> Figure? {
    var curves: [(name: String, run: String, style: SeriesStyle, entries: [ScalingEntry])] = []
    let isOne = styles == nil
    for run in runs {
      let entries = run.scaling.filter { !isReader($0) && value($0) != nil }
      let kinds = entries.map { "\($0.placement), \($0.arrangement)" }.distinct
        .filter { isOne || $0 == "line-split, own" }
      for (index, kind) in kinds.enumerated() {
        // One offender has its operand to itself: it begins every arrangement's curve.
        let placement = kind.prefix { $0 != "," }
        let own = entries.filter {
          $0.placement == placement
            && ("\($0.placement), \($0.arrangement)" == kind || ($0.threads == 1 && $0.arrangement == "own"))
        }.sorted { $0.threads < $1.threads }
        curves.append(
          (
            isOne ? kind : run.label, run.stored.name, styles?.style(run) ?? SeriesStyle(index), own
          ))
      }
    }
    let entries = curves.flatMap(\.entries)
    let most = entries.map(\.threads).max() ?? 0
    guard most > 1,
      let x = Axis(
        "offenders", .count, most > 8 ? .logarithmic : .linear, covering: entries.map { Double($0.threads) }),
      let y = Axis(
        "operations a second", .perSecond, .logarithmic, covering: entries.flatMap { value($0)!.all })
    else { return nil }
    return Figure(
      "scaling-offenders", isOne ? "Throughput by number of offenders" : "Split locks by number of offenders",
      isWide: !isOne,
      plot: LinePlot(
        x: x, y: y,
        series: curves.map { curve in
          LinePlot.Series(
            name: curve.name, style: curve.style,
            points: curve.entries.map { LinePlot.Point(x: Double($0.threads), y: value($0)!) })
        }, legend: styles?.legend(runs)),
      data: TextTable(
        columns: [
          "run", "arrangement", "placement", "threads", "operations_per_second", "operations_per_second_low",
          "operations_per_second_high", "split_operations_per_second",
        ],
        rows: curves.flatMap { curve in
          curve.entries.map {
            [
              curve.run, $0.arrangement, $0.placement, "\($0.threads)", Field.number($0.throughput?.value),
              Field.number($0.throughput?.low), Field.number($0.throughput?.high),
              Field.number($0.splitThroughput),
            ]
          }
        }))
  }

  private static func table(_ run: PageRun) -> PageTable? {
    let split = run.scaling.filter { $0.placement == "line-split" && !isReader($0) }
    guard !split.isEmpty else { return nil }
    var table = TextTable(columns: ["offenders", "operands", "split locks", "to one", "fairness", "atomic"])
    table.rows = split.map {
      [
        "\($0.threads)", $0.arrangement, value($0).map { Quantity.perSecond.text($0.value) } ?? "-",
        $0.ratioToOne.map(Quantity.factor.text) ?? "-", $0.fairness.map { Decimal.fixed($0, 2) } ?? "-",
        $0.verdict,
      ]
    }
    return PageTable("Offenders that split", .numbers, table, isBeside: true)
  }

  /// Of the most offenders, on operands of their own.
  private static func sentence(_ run: PageRun) -> String? {
    let own = run.scaling.filter { $0.placement == "line-split" && $0.arrangement == "own" && $0.threads > 1 }
    guard let most = own.max(by: { $0.threads < $1.threads }), let ratio = most.ratioToOne else { return nil }
    return
      "\(most.threads) CPUs that split-lock at once get through \(Quantity.factor.text(ratio)) as many as one alone."
  }

  private static func facts(_ run: PageRun) -> [String] {
    let violated = run.scaling.filter { $0.verdict == "violated" }
    let sums =
      violated.isEmpty
      ? "every addition arrived whole"
      : "additions were lost, or values torn, in \(Decimal.count(violated.count, "row")): see scaling.csv"
    let torn = run.scaling.filter { $0.arrangement == "plain-reader" && $0.placement != "aligned" }
      .compactMap(\.tornReads)
    return [sums]
      + (torn.isEmpty
        ? []
        : [
          "plain loads across two lines, which no architecture promises to keep whole: "
            + (torn.allSatisfy { $0 == 0 } ? "none was seen torn" : "torn \(torn.reduce(0, +)) times")
        ])
  }
}
