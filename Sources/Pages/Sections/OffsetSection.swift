import Measurement
import Reporting
import StoredRuns

/// Does it matter where the border of the lines cuts the operand?
enum OffsetSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    var section = PageSection("offset", "Cost by offset")
    section.figures =
      runs.count == 1 ? figures(of: runs[0]) : [figure(of: runs)].compactMap { $0 }
    guard !section.figures.isEmpty else { return nil }
    section.isDense = runs.count == 1
    section.words = [
      "An operand of w bytes straddles two lines at w - 1 offsets, and the plots show each. Bands are 95 % intervals; the axis need not"
        + " begin at 0."
    ]
    return section
  }

  private struct Curve {
    var name: String
    var style: SeriesStyle
    var entries: [CostEntry]
  }

  /// Fewer offsets are no curve.
  private static let fewest = 3

  private static func splits(_ run: PageRun) -> [CostEntry] {
    let cpu = run.cost.map(\.cpu).min()
    return run.cost.filter { $0.cpu == cpu && $0.isLocked && $0.isBare && $0.isSplit && $0.median != nil }
      .sorted { $0.offset < $1.offset }
  }

  /// A plot an instruction, a line a width.
  private static func figures(of run: PageRun) -> [Figure] {
    let all = splits(run)
    return all.map(\.instruction).distinct.compactMap { instruction in
      let entries = all.filter { $0.instruction == instruction }
      let widths = Set(entries.map(\.widthBytes)).sorted()
      let widest = widths.last!
      func curve(_ name: String, _ width: Int, _ placement: String, _ style: SeriesStyle) -> Curve {
        Curve(
          name: name, style: style,
          entries: entries.filter { $0.widthBytes == width && $0.placement == placement })
      }
      let curves =
        widths.map { curve(Decimal.count($0, "byte"), $0, "line-split", CostSection.style(width: $0)) }
        + [
          curve(
            "\(Decimal.count(widest, "byte")), page-split", widest, "page-split",
            SeriesStyle(SeriesStyle.count - 1))
        ]
      guard curves.contains(where: { $0.entries.count >= fewest }) else { return nil }
      return figure("offset-\(instruction)", instruction, curves.filter { !$0.entries.isEmpty })
    }
  }

  /// One kernel, a line a run.
  private static func figure(of runs: [PageRun]) -> Figure? {
    let styles = RunStyles(runs)
    let curves = runs.compactMap { run -> (run: PageRun, curve: Curve)? in
      guard let kernel = HeadlineCost(run)?.split.kernel else { return nil }
      let entries = splits(run).filter { $0.kernel == kernel && $0.placement == "line-split" }
      return entries.count >= fewest
        ? (run, Curve(name: "\(run.label): \(kernel)", style: styles.style(run), entries: entries)) : nil
    }
    return curves.isEmpty
      ? nil
      : figure(
        "offset-runs", "Headline kernel by run", curves.map(\.curve), legend: styles.legend(curves.map(\.run))
      )
  }

  private static func figure(
    _ id: String, _ title: String, _ curves: [Curve], legend: [Key]? = nil
  ) -> Figure? {
    let entries = curves.flatMap(\.entries)
    guard
      let x = Axis("offset in the line, bytes", .count, .linear, covering: entries.map { Double($0.offset) }),
      let y = Axis(
        "time of one operation", .nanoseconds, .linear, covering: entries.flatMap { $0.median!.all })
    else { return nil }
    let series = curves.map { curve in
      LinePlot.Series(
        name: curve.name, style: curve.style,
        points: curve.entries.map { LinePlot.Point(x: Double($0.offset), y: $0.median!) })
    }
    return Figure(
      id, title, isWide: legend != nil,
      plot: LinePlot(x: x, y: y, series: series, legend: legend, height: 220),
      data: TextTable(
        columns: ["curve"] + CostSection.columns,
        rows: curves.flatMap { curve in curve.entries.map { [curve.name] + CostSection.fields($0) } }))
  }
}
