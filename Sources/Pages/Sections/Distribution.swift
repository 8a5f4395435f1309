/// The empirical distribution of a sample, thinned: a curve of a few hundred points that lies nowhere further from the whole one
/// than a reader can see.
struct Distribution {
  struct Step: Equatable {
    var value: Double
    /// Share of the sample that is not above `value`.
    var share: Double
  }

  let count: Int
  let steps: [Step]

  /// Between them a plot shows it: a few differences of two noisy times come out far too small, and would take the room.
  var shownEnds: [Double] {
    [steps.first { $0.share >= 0.01 } ?? steps[0], steps[steps.count - 1]].map(\.value)
  }

  /// - Parameters:
  ///   - values: positive ones count.
  ///   - most: steps that are left, about.
  init?(_ values: [Double], most: Int) {
    let sorted = values.filter { $0.isFinite && $0 > 0 }.sorted()
    guard let least = sorted.first, let largest = sorted.last else { return nil }
    count = sorted.count
    // Of the plot's width and height, what one step may cover: each gets half of the steps.
    let share = 2 / Double(max(2, most))
    let width = Scale(.logarithmic, covering: [least, largest])
    var steps: [Step] = []
    var lastPlace = -1.0
    for (index, value) in sorted.enumerated() {
      let step = Step(value: value, share: Double(index + 1) / Double(sorted.count))
      let next = index + 1 < sorted.count ? sorted[index + 1] : nil
      let place = width?.position(value) ?? 0
      let nextPlace = next.flatMap { width?.position($0) } ?? 2
      // Both ends of a gap stay, so that what lies far off is not drawn nearer.
      let isAtGap = nextPlace - place > share
      if isAtGap || place - lastPlace > share || step.share - (steps.last?.share ?? 0) > share || next == nil
        || index == 0
      {
        steps.append(step)
        lastPlace = place
      }
    }
    self.steps = steps
  }
}
