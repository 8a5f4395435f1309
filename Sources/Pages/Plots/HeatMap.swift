import RealModule

/// Numbers in the cells of a table whose shade grows with them. As a table it is its own alternative to reading colours.
struct HeatMap: Plot {
  struct Cell {
    /// Nil without shade.
    var value: Double?
    var text: String
    var tip: String?
  }

  let template = "heat"
  let legend: [Key] = []
  let corner: String
  let columns: [String]
  let lines: [Line]

  struct Line {
    let label: String
    let cells: [Shaded]
  }

  struct Shaded {
    let shade: String
    let text: String
    let tip: String?
  }

  /// - Parameters:
  ///   - corner: what the rows are, and what the columns.
  ///   - deepest: the value with the deepest shade, at least; from 1 up to it, equal ratios are equal steps.
  init(corner: String, columns: [String], rows: [(label: String, cells: [Cell])], deepest: Double) {
    let highest = max(deepest, rows.flatMap(\.cells).compactMap(\.value).max() ?? deepest)
    func shade(_ value: Double?) -> String {
      guard let value, value > 1 else { return "h0" }
      let share = Double.log(value) / Double.log(highest)
      return "h\(max(1, Int((share * Double(HeatMap.shades)).rounded())))"
    }
    self.corner = corner
    self.columns = columns
    lines = rows.map { row in
      Line(
        label: row.label,
        cells: row.cells.map { Shaded(shade: shade($0.value), text: $0.text, tip: $0.tip) })
    }
  }

  /// Beside that without; the style sheet has as many.
  static let shades = 7
}
