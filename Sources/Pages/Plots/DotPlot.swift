/// Values in rows along one axis, each with its interval: a ladder.
struct DotPlot: Plot {
  struct Row {
    var label: String
    var dots: [Dot]
    /// Heads the rows from here on; nil where they belong to those above.
    var heading: String?
  }

  struct Dot {
    var name: String
    var style: SeriesStyle
    var value: Ranged
  }

  let template = "dots"
  let height: String
  let x: AxisMarks
  let rows: [Lane]
  let headings: [PlotHeading]
  let legend: [Key]
  /// Letters of the longest label, for the space beside the plot; nil where labels stand above their rows.
  let labelWidth: Int?

  struct Lane {
    let label: String
    let labelY: String
    let y: String
    let marks: [Mark]
  }

  struct Mark {
    let style: String
    let x: String
    let y: String
    let tip: String
    /// Ends of the interval.
    let low: String?
    let high: String?
  }

  init(x: Axis, rows: [Row], legend: [Key]) {
    let longest = rows.map(\.label.count).max() ?? 0
    let isBeside = longest <= DotPlot.longestBeside
    labelWidth = isBeside ? longest : nil
    let lane = isBeside ? 22.0 : 38.0
    // What belongs to one entry of the legend lies a little above what belongs to the next, so that both are seen.
    let styles = legend.map(\.style)
    func shift(_ dot: Dot) -> Double {
      styles.firstIndex(of: dot.style.name).map {
        DotPlot.spread * (Double($0) - Double(styles.count - 1) / 2)
      } ?? 0
    }

    var top = 0.0
    var lanes: [Lane] = []
    var headings: [PlotHeading] = []
    for (index, row) in rows.enumerated() {
      if let heading = row.heading {
        if index > 0 { top += 6 }
        headings.append(PlotHeading(text: heading, y: Coordinate.pixels(top + 13)))
        top += 18
      }
      let middle = top + lane - 10
      let y = Coordinate.pixels(middle)
      lanes.append(
        Lane(
          label: row.label, labelY: isBeside ? y : Coordinate.pixels(middle - 16), y: y,
          marks: row.dots.compactMap { Mark($0, on: x, y: middle + shift($0)) }))
      top += lane
    }
    self.rows = lanes
    self.headings = headings
    height = Coordinate.pixels(top)
    self.x = AxisMarks(across: x)
    self.legend = legend
  }

  private static let spread = 3.0
  /// Longer labels would leave a phone no room for the plot.
  private static let longestBeside = 22
}

extension DotPlot.Mark {
  fileprivate init?(_ dot: DotPlot.Dot, on axis: Axis, y: Double) {
    guard let place = axis.scale.position(dot.value.value) else { return nil }
    self.init(
      style: dot.style.name, x: Coordinate.percent(place), y: Coordinate.pixels(y),
      tip: "\(dot.name): \(dot.value.text(axis.quantity))",
      low: dot.value.low.flatMap(axis.scale.position).map(Coordinate.percent),
      high: dot.value.high.flatMap(axis.scale.position).map(Coordinate.percent))
  }
}
