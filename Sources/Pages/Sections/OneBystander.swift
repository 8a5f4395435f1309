import Measurement
import Reporting

/// The bystanders of one run.
struct OneBystander {
  let run: PageRun
  private let pairs: [BystanderEntry.Pair]
  private let victims: [String]

  init(run: PageRun) {
    self.run = run
    pairs = BystanderSection.pairs(run.bystander)
    victims = BystanderSection.victims(run.bystander)
  }

  /// More pairs than a reader follows: the CSV has them.
  private static let mostPairs = 6

  func fill(_ section: inout PageSection) {
    let shown = Array(pairs.prefix(OneBystander.mostPairs))
    if pairs.count > 1 { section.figures.append(relations(shown)) }
    for pair in shown {
      section.figures += [fractions(pair), curves(pair)].compactMap { $0 }
      section.digest.tables.append(digest(pair))
    }
    let limits = shown.map { pair in (pair, DoseLimits(curves(of: pair))) }
    section.facts = limits.flatMap { pair, limits in
      limits.sentences.map { pairs.count > 1 ? "\(pair.label): \($0)" : $0 }
    }
    if pairs.count > shown.count {
      section.facts.append("\(pairs.count - shown.count) more pairs are in bystander.csv")
    }
    section.digest.facts = section.facts
    section.findings = [worstSentence].compactMap { $0 }
    section.findingsInFigures = keyFigures
  }

  private func curves(of pair: BystanderEntry.Pair) -> [DoseCurve] {
    (run.record.doseCurves ?? []).filter {
      $0.pair.victim == pair.victimCpu && $0.pair.aggressor == pair.aggressorCpu
        && $0.pair.relation.rawValue == pair.relation
    }
  }

  // MARK: Words

  private var saturated: [BystanderEntry] {
    pairs.flatMap { pair in
      victims.compactMap { BystanderSection.saturated(run.bystander, pair, $0) }
    }
  }

  private var worst: BystanderEntry? { OneBystander.worst(run) }

  /// Who suffers most from nothing but split locks.
  static func worst(_ run: PageRun) -> BystanderEntry? {
    run.bystander.filter { $0.isSaturated && $0.slowdown != nil && $0.verdict == "slowed" }
      .max { $0.slowdown!.value < $1.slowdown!.value }
  }

  private var worstSentence: String? {
    guard !saturated.isEmpty else { return nil }
    guard let worst else {
      return "No bystander was seen to be slowed by a CPU that only issues split locks."
    }
    let spared = victims.filter { victim in
      saturated.filter { $0.victim == victim }.allSatisfy { $0.verdict == "not-slowed" }
    }
    return
      "Beside a CPU that only issues split locks, \(worst.victim) takes \(worst.slowdown!.text(.factor)) as long"
      + (spared.isEmpty ? "." : "; \(Words.list(spared)) \(spared.count == 1 ? "is" : "are") not slowed.")
  }

  private var keyFigures: [PageSection.KeyFigure] {
    let slowest = worst.map {
      PageSection.KeyFigure(
        value: Quantity.factor.text($0.slowdown!.value),
        meaning: "as long for \($0.victim), the slowest bystander")
    }
    let limit = DoseLimits(run.record.doseCurves ?? []).strictest(0.01).map {
      PageSection.KeyFigure(
        value: $0.rate, meaning: "split locks that leave every bystander within 1 %")
    }
    return [slowest, limit].compactMap { $0 }
  }

  // MARK: Figures

  /// Victim by relation.
  private func relations(_ shown: [BystanderEntry.Pair]) -> Figure {
    let entries = victims.map { victim in
      shown.map { BystanderSection.saturated(run.bystander, $0, victim) }
    }
    return Figure(
      "bystander-relations", "Beside nothing but split locks, by how the two CPUs are related",
      caption:
        "Victim and aggressor CPU in brackets. Shaded where it is beyond the noise, by the logarithm of the slow-down.",
      isWide: true,
      plot: HeatMap(
        corner: "slow-down of", columns: shown.map(\.label),
        rows: zip(victims, entries).map { ($0, $1.map(BystanderSection.cell)) },
        deepest: BystanderSection.deepest),
      data: TextTable(
        columns: BystanderSection.columns,
        rows: entries.flatMap { $0.compactMap { $0 }.map(BystanderSection.fields) }))
  }

  private func steps(_ pair: BystanderEntry.Pair) -> [BystanderEntry] {
    run.bystander.filter { $0.pair == pair && $0.aggressor == "line-split" && $0.requestedFraction != nil }
      .sorted { $0.requestedFraction! < $1.requestedFraction! }
  }

  /// Victim by locked fraction.
  private func fractions(_ pair: BystanderEntry.Pair) -> Figure? {
    let steps = steps(pair)
    let fractions = Set(steps.map { $0.requestedFraction! }).sorted()
    guard !fractions.isEmpty else { return nil }
    let rows = victims.map { victim in
      (
        label: victim,
        cells: fractions.map { fraction in
          BystanderSection.cell(steps.first { $0.victim == victim && $0.requestedFraction == fraction })
        }
      )
    }
    return Figure(
      "bystander-\(pair.victimCpu)-\(pair.aggressorCpu)",
      "Slow-down by the share of time in which the bus is locked",
      caption: "\(pair.label). Shaded where it is beyond the noise, by the logarithm of the slow-down.",
      plot: HeatMap(
        corner: "slow-down at", columns: fractions.map(Quantity.share.tick), rows: rows,
        deepest: BystanderSection.deepest),
      data: TextTable(columns: BystanderSection.columns, rows: steps.map(BystanderSection.fields)))
  }

  /// The same as curves: those that slow down stand out, the others lie in one bundle.
  private func curves(_ pair: BystanderEntry.Pair) -> Figure? {
    let steps = steps(pair).filter { $0.slowdown != nil && $0.lockedFraction ?? 0 > 0 }
    func highest(_ victim: String) -> Double {
      steps.filter { $0.victim == victim }.map { $0.slowdown!.value }.max() ?? 0
    }
    let measured = victims.filter { victim in steps.contains { $0.victim == victim } }
      .sorted { highest($0) > highest($1) }
    let slowed = measured.filter { victim in
      steps.contains { $0.victim == victim && $0.verdict == "slowed" }
    }.prefix(SeriesStyle.count)
    guard
      let x = Axis(
        "share of time in which the bus is locked", .share, .logarithmic,
        covering: steps.map { $0.lockedFraction! }),
      let y = Axis(
        "slow-down", .factor, .logarithmic, covering: steps.flatMap { $0.slowdown!.all }, showing: 0.9...2)
    else { return nil }
    func series(_ victim: String, _ style: SeriesStyle) -> LinePlot.Series {
      LinePlot.Series(
        name: victim, style: style,
        points: steps.filter { $0.victim == victim }.map {
          LinePlot.Point(x: $0.lockedFraction!, y: $0.slowdown!)
        })
    }
    let spared = measured.filter { !slowed.contains($0) }
    return Figure(
      "dose-\(pair.victimCpu)-\(pair.aggressorCpu)", "Dose curves",
      caption: "\(pair.label). Bands are 95 % intervals; grey: not slowed, or undecided.",
      plot: LinePlot(
        x: x, y: y,
        series: spared.map { series($0, .muted) }
          + slowed.enumerated().map { series($1, SeriesStyle($0)) },
        legend: slowed.enumerated().map { Key(SeriesStyle($0), $1) } + spared.map { Key(.muted, $0) }),
      data: TextTable(columns: BystanderSection.columns, rows: steps.map(BystanderSection.fields)))
  }

  private func digest(_ pair: BystanderEntry.Pair) -> PageTable {
    let steps = steps(pair)
    let fractions = Set(steps.map { $0.requestedFraction! }).sorted()
    var table = TextTable(columns: ["slow-down at"] + fractions.map(Quantity.share.tick))
    table.rows = victims.map { victim in
      [victim]
        + fractions.map { fraction in
          steps.first { $0.victim == victim && $0.requestedFraction == fraction }?.text ?? "-"
        }
    }
    return PageTable(
      "Slow-down by the share of time in which the bus is locked, \(pair.label)", .numbers, table)
  }
}
