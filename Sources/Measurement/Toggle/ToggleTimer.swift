import CAtomics
import DetectionControl

/// Times reads and writes of toggles by the calling thread.
enum ToggleTimer {
  /// So many of a visit, unless they take longer than so many seconds.
  static let samples = 200
  static let seconds = 0.25

  /// Each sample is one operation on every toggle in turn; writes alternate the value, so that each is a change. The first is
  /// not counted.
  ///
  /// - Returns: TSC ticks, the timer's own included.
  static func times(
    _ operation: ToggleCell.Operation, _ toggles: [any DetectionToggle], clock: TscClock
  ) throws -> [Double] {
    var times: [Double] = []
    let switches = SwitchCount.now()
    let limit = catomics_tsc() + UInt64(clock.ticks(seconds: seconds))
    var isOn = try !toggles[0].read()
    repeat {
      let start = catomics_tsc()
      for toggle in toggles { try operation.perform(on: toggle, isOn) }
      times.append(Double(catomics_tsc() - start))
      isOn.toggle()
    } while times.count <= samples && catomics_tsc() < limit
    guard !SwitchCount.now().wasStopped(since: switches) else {
      return try self.times(operation, toggles, clock: clock)
    }
    return times.count > 1 ? Array(times.dropFirst()) : times
  }
}

extension ToggleCell.Operation {
  /// - Parameter isOn: what a write writes.
  func perform(on toggle: any DetectionToggle, _ isOn: Bool) throws(RegisterFailure) {
    switch self {
    case .read: _ = try toggle.read()
    case .write: try toggle.write(isOn)
    }
  }
}
