/// Lines over two axes, with bands for intervals.
struct LinePlot: Plot {
  struct Series {
    var name: String
    var style: SeriesStyle
    var points: [Point]
    /// Goes on level from a point to the place of the next, as a distribution does.
    var isStepped = false
    var hasMarkers = true
  }

  struct Point {
    var x: Double
    var y: Ranged
  }

  let template = "lines"
  let height: String
  let x: AxisMarks
  let y: AxisMarks
  let lines: [Line]
  let legend: [Key]

  struct Line {
    let style: String
    let path: String
    let band: String?
    let markers: [Marker]
  }

  struct Marker {
    let style: String
    let x: String
    let y: String
    let tip: String
  }

  /// - Parameters:
  ///   - series: the last lies on top.
  ///   - legend: all series in their order, otherwise.
  init(x: Axis, y: Axis, series: [Series], legend: [Key]? = nil, height: Double = 260) {
    self.height = Coordinate.pixels(height)
    self.x = AxisMarks(across: x)
    self.y = AxisMarks(down: y, height: height)
    let space = PlotSpace(x: x, y: y, height: height)
    lines = series.map { one in
      Line(
        style: one.style.name, path: space.path(one), band: space.band(one.points),
        markers: one.hasMarkers
          ? one.points.compactMap { space.marker($0, name: one.name, style: one.style) } : [])
    }
    self.legend = legend ?? series.map { Key($0.style, $0.name, marker: $0.hasMarkers) }
  }
}

/// Where the points of a plot lie.
private struct PlotSpace {
  let x: Axis
  let y: Axis
  let height: Double

  func place(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double)? {
    guard let across = x.scale.position(xValue), let up = y.scale.position(yValue) else { return nil }
    return (across, height * (1 - up))
  }

  func path(_ series: LinePlot.Series) -> String {
    let places = series.points.compactMap { place($0.x, $0.y.value) }
    var text = ""
    for (index, point) in places.enumerated() {
      let across = Coordinate.across(point.x)
      if series.isStepped, index > 0 { text += "H\(across)" }
      text += "\(index == 0 ? "M" : "L")\(across) \(Coordinate.pixels(point.y))"
    }
    return text
  }

  /// Along the upper ends, and back along the lower ones; nil where fewer than two points have both.
  func band(_ points: [LinePlot.Point]) -> String? {
    let ends = points.compactMap { point -> (low: (x: Double, y: Double), high: (x: Double, y: Double))? in
      guard let low = point.y.low, let high = point.y.high, let bottom = place(point.x, low),
        let top = place(point.x, high)
      else { return nil }
      return (bottom, top)
    }
    guard ends.count > 1 else { return nil }
    let around = ends.map(\.high) + ends.reversed().map(\.low)
    return "M"
      + around.map { "\(Coordinate.across($0.x)) \(Coordinate.pixels($0.y))" }.joined(separator: "L")
      + "Z"
  }

  func marker(_ point: LinePlot.Point, name: String, style: SeriesStyle) -> LinePlot.Marker? {
    place(point.x, point.y.value).map {
      LinePlot.Marker(
        style: style.name, x: Coordinate.percent($0.x), y: Coordinate.pixels($0.y),
        tip: "\(name), \(x.quantity.text(point.x)): \(point.y.text(y.quantity))")
    }
  }
}
