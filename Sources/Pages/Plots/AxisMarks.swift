/// Lines and labels of an axis, as the templates draw them.
struct AxisMarks {
  struct Mark {
    let place: String
    /// Nil of a line without one.
    let label: String?
    /// Whether a phone has no room for the label.
    var isSpare = false
  }

  private static let mostOnPhone = 4

  let title: String
  let marks: [Mark]

  init(across axis: Axis) {
    self.init(axis) { Coordinate.percent($0) }
  }

  init(down axis: Axis, height: Double) {
    self.init(axis) { Coordinate.pixels(height * (1 - $0)) }
  }

  private init(_ axis: Axis, place: (Double) -> String) {
    func marks(_ values: [Double], label: (Double) -> String?) -> [Mark] {
      let isCrowded = values.count > AxisMarks.mostOnPhone
      return values.enumerated().compactMap { index, value in
        axis.scale.position(value).map {
          Mark(place: place($0), label: label(value), isSpare: isCrowded && index % 2 == 1)
        }
      }
    }
    title = axis.title
    self.marks =
      marks(axis.ticks.others) { _ in nil } + marks(axis.ticks.labelled) { axis.label($0) }
  }
}
