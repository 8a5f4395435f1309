import Testing

@testable import Pages

@Suite struct PlotTests {
  private func axis(_ title: String, _ kind: Scale.Kind, _ values: [Double]) throws -> Axis {
    try #require(Axis(title, .count, kind, covering: values))
  }

  @Test func linesGoThroughTheirPointsInABoxOfAThousandUnits() throws {
    let plot = LinePlot(
      x: try axis("x", .linear, [0, 10]), y: try axis("y", .linear, [0, 10]),
      series: [
        .init(
          name: "one", style: SeriesStyle(0),
          points: [(0.0, 0.0), (5, 10), (10, 5)].map {
            .init(x: $0.0, y: Ranged(value: $0.1, low: $0.1, high: $0.1))
          })
      ], height: 200)
    #expect(plot.lines[0].path == "M0.0 200.0L500.0 0.0L1000.0 100.0")
    #expect(plot.lines[0].band == "M0.0 200.0L500.0 0.0L1000.0 100.0L1000.0 100.0L500.0 0.0L0.0 200.0Z")
    #expect(plot.lines[0].markers.map(\.x) == ["0.00%", "50.00%", "100.00%"])
    #expect(plot.lines[0].markers[1].tip == "one, 5: 10 (10 to 10)")
    #expect(plot.legend.map(\.name) == ["one"])
  }

  /// Of more labels than a phone has room for, every second one goes.
  @Test(arguments: [(3.0, 0), (4, 0), (5, 2)])
  func labelsThatAPhoneSpares(_ last: Double, _ spare: Int) throws {
    let axis = try #require(Axis("x", .count, .linear, covering: [1, last], most: Int(last)))
    #expect(axis.ticks.labelled.count == Int(last))
    #expect(AxisMarks(across: axis).marks.count(where: \.isSpare) == spare)
  }

  @Test func stepsAreLevelUntilTheNextPoint() throws {
    let plot = LinePlot(
      x: try axis("x", .linear, [0, 10]), y: try axis("y", .linear, [0, 1]),
      series: [
        .init(
          name: "share", style: SeriesStyle(0),
          points: [.init(x: 0, y: Ranged(value: 0)), .init(x: 10, y: Ranged(value: 1))], isStepped: true,
          hasMarkers: false)
      ], height: 100)
    #expect(plot.lines[0].path == "M0.0 100.0H1000.0L1000.0 0.0")
    #expect(plot.lines[0].band == nil && plot.lines[0].markers.isEmpty)
  }

  @Test func whatHasNoPlaceIsLeftOut() throws {
    let plot = LinePlot(
      x: try axis("x", .logarithmic, [1, 10]), y: try axis("y", .linear, [0, 1]),
      series: [
        .init(
          name: "one", style: SeriesStyle(0),
          points: [
            .init(x: 0, y: Ranged(value: 1)), .init(x: 1, y: Ranged(value: .nan)),
            .init(x: 10, y: Ranged(value: 0)),
          ])
      ], height: 100)
    #expect(plot.lines[0].markers.count == 1 && plot.lines[0].path == "M1000.0 100.0")
  }

  @Test func labelsStandBesideTheirRowsOrAboveThem() throws {
    func plot(_ label: String) throws -> DotPlot {
      DotPlot(
        x: try axis("x", .linear, [0, 10]),
        rows: [
          .init(
            label: label,
            dots: [.init(name: "a", style: SeriesStyle(1), value: Ranged(value: 5, low: 0, high: 10))]),
          .init(label: "b", dots: [], heading: "group"),
        ], legend: [])
    }
    let beside = try plot("short")
    #expect(beside.labelWidth == 5 && beside.rows[0].labelY == beside.rows[0].y)
    let mark = beside.rows[0].marks[0]
    #expect(
      mark.x == "50.00%" && mark.low == "0.00%" && mark.high == "100.00%" && mark.tip == "a: 5 (0 to 10)")
    #expect(beside.headings.map(\.text) == ["group"])
    let above = try plot("a label that leaves a phone no room")
    #expect(above.labelWidth == nil)
    #expect(try #require(Double(above.rows[0].labelY)) < #require(Double(above.rows[0].y)))
    #expect(try #require(Double(above.height)) > #require(Double(beside.height)))
  }

  @Test func dotsOfOnePlaceAreAllSeen() throws {
    let styles = [SeriesStyle(0), SeriesStyle(1), SeriesStyle(2)]
    let plot = DotPlot(
      x: try axis("x", .linear, [0, 10]),
      rows: [.init(label: "a", dots: styles.map { .init(name: "", style: $0, value: Ranged(value: 5)) })],
      legend: styles.map { Key($0, "") })
    #expect(Set(plot.rows[0].marks.map(\.y)).count == 3)
    #expect(plot.rows[0].marks[1].y == plot.rows[0].y, "the middle one lies on the line")
  }

  @Test func shadesGrowByEqualRatios() {
    func shades(_ values: [Double?]) -> [String] {
      HeatMap(
        corner: "", columns: values.map { _ in "" },
        rows: [(label: "", cells: values.map { HeatMap.Cell(value: $0, text: "") })], deepest: 10
      ).lines[0].cells.map(\.shade)
    }
    #expect(shades([nil, 0.5, 1, 1.01, 3.16, 10]) == ["h0", "h0", "h0", "h1", "h3", "h7"])
    #expect(shades([10, 100]) == ["h4", "h7"], "what is slower still moves the scale")
  }

  @Test func neighboursThatAnswerAlikeAreOnePiece() {
    #expect(StripPlot.grouped([1, 1, 2, 1, 1, 1]) == [0...1, 2...2, 3...5])
    #expect(StripPlot.grouped([Int]()).isEmpty)
    let answer = StripPlot.Answer(outcome: "trapped", text: "trapped, #AC")
    let plot = StripPlot(
      rows: [.init(label: "row", answers: Array(repeating: answer, count: 3) + [nil])],
      places: ["0", "1", "2", "3"]
    ) { "CPUs \($0.lowerBound)-\($0.upperBound)" }
    let pieces = plot.rows[0].pieces
    #expect(pieces.map(\.width) == ["75.00%", "25.00%"] && pieces.map(\.x) == ["0.00%", "75.00%"])
    #expect(pieces.map(\.outcome) == ["trapped", "none"] && pieces[0].text == "trapped, #AC")
    #expect(pieces[0].tip == "CPUs 0-2: trapped, #AC" && pieces[1].tip == "CPUs 3-3: not tried")
  }

  @Test func manyPlacesHaveFewNames() {
    let answers = (0..<512).map { StripPlot.Answer(outcome: "completed", text: "\($0)") }
    let plot = StripPlot(rows: [.init(label: "", answers: answers)], places: (0..<512).map(String.init)) {
      "\($0)"
    }
    #expect(plot.places.count <= 16 && plot.rows[0].pieces.count == 512)
    #expect(plot.rows[0].pieces.allSatisfy { $0.text == nil }, "no words fit")
  }
}
