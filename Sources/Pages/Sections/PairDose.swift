import Measurement
import Reporting

/// How the bystanders of one pair of CPUs slow down as split locks become more.
struct PairDose {
  let run: PageRun
  let pair: BystanderEntry.Pair
  let victims: [String]

  var curves: [DoseCurve] {
    (run.record.doseCurves ?? []).filter {
      $0.pair.victim == pair.victimCpu && $0.pair.aggressor == pair.aggressorCpu
        && $0.pair.relation.rawValue == pair.relation
    }
  }

  private var fractions: [Double] { Set(steps.map { $0.requestedFraction! }).sorted() }

  private var steps: [BystanderEntry] {
    run.bystander.filter { $0.pair == pair && $0.aggressor == "line-split" && $0.requestedFraction != nil }
      .sorted { $0.requestedFraction! < $1.requestedFraction! }
  }

  /// Victim by locked fraction.
  var heatMap: Figure? {
    let (steps, fractions) = (steps, fractions)
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
  var plot: Figure? {
    let steps = steps.filter(\.isDoseStep)
    func highest(_ victim: String) -> Double {
      steps.filter { $0.victim == victim }.map { $0.slowdown!.value }.max() ?? 0
    }
    let measured = victims.filter { victim in steps.contains { $0.victim == victim } }
      .sorted { highest($0) > highest($1) }
    let slowed = measured.filter { victim in
      steps.contains { $0.victim == victim && $0.verdict == "slowed" }
    }.prefix(SeriesStyle.count)
    guard let axes = BystanderSection.axes(steps) else { return nil }
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
        x: axes.x, y: axes.y,
        series: spared.map { series($0, .muted) }
          + slowed.enumerated().map { series($1, SeriesStyle($0)) },
        legend: slowed.enumerated().map { Key(SeriesStyle($0), $1) } + spared.map { Key(.muted, $0) }),
      data: TextTable(columns: BystanderSection.columns, rows: steps.map(BystanderSection.fields)))
  }

  // MARK: Tables

  var digest: PageTable {
    let (steps, fractions) = (steps, fractions)
    var table = TextTable(
      columns: ["slow-down at"] + fractions.map(Quantity.share.tick) + ["stall share", "explained"])
    table.rows = victims.map { victim in
      let curve = curves.first { $0.victim.rawValue == victim }
      return [victim]
        + fractions.map { fraction in
          steps.first { $0.victim == victim && $0.requestedFraction == fraction }?.text ?? "-"
        } + [curve?.shareInWords ?? "-", curve?.explainedInWords ?? "-"]
    }
    return PageTable(
      "Slow-down by the share of time in which the bus is locked, \(pair.label)", .numbers, table)
  }

  /// What the curves say of rates.
  var numbers: PageTable? {
    guard !curves.isEmpty else { return nil }
    var table = TextTable(
      columns: ["split locks a second for", "stall share", "explained"]
        + DoseCurve.tolerances.map { "at most \(Quantity.share.tick($0))" })
    table.rows = curves.map { curve in
      [curve.victim.rawValue, curve.shareInWords, curve.explainedInWords]
        + DoseCurve.tolerances.map { tolerated in
          let limit = curve.limits.first { $0.tolerated == tolerated }
          let rate = limit?.rateHz.map(DoseLimits.rate)
          let cautious = limit?.cautiousRateHz.map { "cautiously \(DoseLimits.rate($0))" }
          let found = [rate, cautious].compactMap { $0 }
          return found.isEmpty ? "any" : found.joined(separator: ", ")
        }
    }
    return PageTable("Rates that bystanders tolerate, \(pair.label)", .numbers, table)
  }
}
