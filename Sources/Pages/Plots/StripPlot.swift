/// What each CPU, or each run, answered to each thing that was tried: a strip of it, neighbours that answer alike in one piece.
struct StripPlot: Plot {
  struct Row {
    var label: String
    /// By place, from left to right; nil where it was not tried.
    var answers: [Answer?]
    /// Heads the rows from here on; nil where they belong to those above.
    var heading: String?
  }

  struct Answer: Hashable {
    /// Chooses the colour.
    var outcome: String
    /// Stands in the strip where it fits.
    var text: String
  }

  let template = "strips"
  let height: String
  let rows: [Strip]
  let headings: [PlotHeading]
  let places: [Mark]
  let legend: [Key] = []

  struct Strip {
    let label: String
    let labelY: String
    let y: String
    let pieces: [Piece]
  }

  struct Piece {
    let outcome: String
    let text: String?
    let x: String
    let width: String
    let middle: String
    let textY: String
    let tip: String
  }

  struct Mark {
    let x: String
    let label: String
  }

  /// - Parameter places: names of the places, by which a piece is told.
  init(rows: [Row], places: [String], name: (ClosedRange<Int>) -> String) {
    let lane = 40.0
    var top = 0.0
    var strips: [Strip] = []
    var headings: [PlotHeading] = []
    for (index, row) in rows.enumerated() {
      if let heading = row.heading {
        if index > 0 { top += 8 }
        headings.append(PlotHeading(text: heading, y: Coordinate.pixels(top + 13)))
        top += 20
      }
      let stripTop = top + 16
      strips.append(
        Strip(
          label: row.label, labelY: Coordinate.pixels(top + 11), y: Coordinate.pixels(stripTop),
          pieces: StripPlot.pieces(row.answers, textY: stripTop + 13.5, name: name)))
      top += lane
    }
    self.rows = strips
    self.headings = headings
    height = Coordinate.pixels(top - 2)
    let count = Double(places.count)
    // Every place has a name only where names fit.
    let every = max(1, (places.count + StripPlot.mostNames - 1) / StripPlot.mostNames)
    self.places = stride(from: 0, to: places.count, by: every).map {
      Mark(x: Coordinate.percent((Double($0) + 0.5) / count), label: places[$0])
    }
  }

  private static let mostNames = 16
  /// Narrower pieces, as a share of the width, leave no room for words.
  private static let leastForText = 0.24

  private static func pieces(
    _ answers: [Answer?], textY: Double, name: (ClosedRange<Int>) -> String
  ) -> [Piece] {
    let count = Double(answers.count)
    return grouped(answers).map { range in
      let answer = answers[range.lowerBound]
      let share = Double(range.count) / count
      let text = answer?.text ?? "not tried"
      return Piece(
        outcome: answer?.outcome ?? "none", text: share >= leastForText ? text : nil,
        x: Coordinate.percent(Double(range.lowerBound) / count), width: Coordinate.percent(share),
        middle: Coordinate.percent((Double(range.lowerBound) + Double(range.count) / 2) / count),
        textY: Coordinate.pixels(textY), tip: "\(name(range)): \(text)")
    }
  }

  /// Ranges of neighbours that are equal.
  static func grouped<Value: Equatable>(_ values: [Value]) -> [ClosedRange<Int>] {
    var found: [ClosedRange<Int>] = []
    for index in values.indices {
      if let last = found.last, values[last.lowerBound] == values[index] {
        found[found.count - 1] = last.lowerBound...index
      } else {
        found.append(index...index)
      }
    }
    return found
  }
}
