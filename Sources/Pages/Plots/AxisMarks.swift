/// Lines and labels of an axis, as the templates draw them.
struct AxisMarks {
  struct Mark {
    let place: String
    /// Nil of a line without one.
    let label: String?
  }

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
      values.compactMap { value in
        axis.scale.position(value).map { Mark(place: place($0), label: label(value)) }
      }
    }
    title = axis.title
    self.marks =
      marks(axis.ticks.others) { _ in nil } + marks(axis.ticks.labelled) { axis.label($0) }
  }
}
