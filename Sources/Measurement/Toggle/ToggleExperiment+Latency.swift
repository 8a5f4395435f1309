import DetectionControl
import Machine

/// What a read or a write takes: on one CPU, and on all.
extension ToggleExperiment {
  func time(_ cell: ToggleCell, _ toggles: [any DetectionToggle]) throws {
    let times = try CpuPin.pinned(to: plan.writer) {
      try ToggleTimer.times(cell.operation, toggles, clock: clock)
    }
    records[cell, default: ToggleRecord()].samples.append(times)
  }

  /// Passes of a visit, each with a wake-up of every CPU.
  private static let passes = 20

  func timeTogether(_ cell: ToggleCell) throws {
    let toggles = switches.writable
    let times = try withAssistants(on: toggles.map(\.cpu)) { assistants in
      let hands = ParallelToggling(toggles, assistants, clock: clock)
      var isOn = try !toggles[0].read()
      let limit = clock.elapsed() + ToggleTimer.seconds
      var times: [Double] = []
      for _ in 0...ToggleExperiment.passes where times.isEmpty || clock.elapsed() < limit {
        if let time = try hands.pass(cell.operation, isOn) { times.append(time) }
        isOn.toggle()
      }
      return times.count > 1 ? Array(times.dropFirst()) : times
    }
    guard let times, !times.isEmpty else {
      return course.skip(cell.inWords, "not every CPU's thread came in time")
    }
    records[cell, default: ToggleRecord()].samples.append(times)
  }
}
