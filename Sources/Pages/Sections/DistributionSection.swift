import Reporting
import StoredRuns

/// The raw timings of the headline cells.
enum DistributionSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let styles = runs.count == 1 ? nil : RunStyles(runs)
    var shown: [PageRun] = []
    var curves: [Curve] = []
    let drawn = drawn(runs)
    for run in drawn {
      let samples = try HeadlineSamples(run, steps: min(mostSteps, stepsInAll / drawn.count))
      let kernels = (samples?.curves ?? []).map(\.kernel).distinct
      for curve in samples?.curves ?? [] {
        // Side by side, the plot of runs has room for one kernel.
        if runs.count > 1, curve.kernel != HeadlineCost(run)?.split.kernel { continue }
        shown.append(run)
        curves.append(
          Curve(
            kind: curve.kind, name: runs.count == 1 ? curve.kernel : "\(run.label): \(curve.kernel)",
            style: styles?.style(run) ?? SeriesStyle(kernels.firstIndex(of: curve.kernel)!),
            run: run.stored.name, distribution: curve.distribution))
      }
    }
    var section = PageSection("distribution", "Distribution of samples")
    section.figures = curves.map(\.kind).distinct.enumerated().compactMap { index, kind in
      figure(
        "distribution-\(index + 1)", kind, curves.filter { $0.kind == kind },
        legend: styles?.legend(shown, marker: false))
    }
    guard !section.figures.isEmpty else { return nil }
    section.isDense = runs.count == 1
    section.words = [
      "The share of samples that took at most so long, disturbed ones included; the axis is logarithmic. A batch is the mean of many"
        + " operations. One by one, each operation is timed alone, with the timer's cost in it: where Linux delays some of them, the"
        + " curve has a second rise, far to the right. The axis begins behind the lowest hundredth of the samples."
        + (drawn.count < runs.count ? " Drawn are \(drawn.count) of \(runs.count) runs, evenly chosen." : "")
    ]
    return section
  }

  /// As many curves as an eye can follow, from all machines and boot modes: samples are by far the largest files of a run.
  static func drawn(_ runs: [PageRun]) -> [PageRun] {
    let count = min(mostCurves, runs.count)
    return (0..<count).map { runs[$0 * runs.count / count] }
  }

  private static let mostCurves = 48

  /// Steps of a curve, and of those of all runs together, about: a page stays small enough to be sent.
  private static let mostSteps = 240
  private static let stepsInAll = 2400

  private struct Curve {
    var kind: String
    var name: String
    var style: SeriesStyle
    var run: String
    var distribution: Distribution
  }

  private static func figure(
    _ id: String, _ title: String, _ curves: [Curve], legend: [Key]?
  ) -> Figure? {
    guard
      let x = Axis(
        "time of one operation", .nanoseconds, .logarithmic,
        covering: curves.flatMap { $0.distribution.shownEnds }, most: 5),
      let y = Axis("share of samples", .share, .linear, covering: [0, 1])
    else { return nil }
    let series = curves.map { curve in
      LinePlot.Series(
        name: "\(curve.name) (\(curve.distribution.count))", style: curve.style,
        points: [LinePlot.Point(x: curve.distribution.steps[0].value, y: Ranged(value: 0))]
          + curve.distribution.steps.map { LinePlot.Point(x: $0.value, y: Ranged(value: $0.share)) },
        isStepped: true, hasMarkers: false)
    }
    return Figure(
      id, title, plot: LinePlot(x: x, y: y, series: series, legend: legend, height: 220),
      data: TextTable(
        columns: ["run", "curve", "sample_ns", "share"],
        rows: curves.flatMap { curve in
          curve.distribution.steps.map {
            [curve.run, curve.name, Field.number($0.value), Field.number($0.share)]
          }
        }))
  }
}
