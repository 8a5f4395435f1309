/// Split locks, and how long they locked the bus.
struct LockedTime: Sendable, Equatable {
  private(set) var operations = 0
  /// In seconds.
  private(set) var seconds = 0.0

  static func + (first: LockedTime, second: LockedTime) -> LockedTime {
    LockedTime(operations: first.operations + second.operations, seconds: first.seconds + second.seconds)
  }

  /// Its own time where that is silicon's; else, since a sleep or a handler is in it, what is assumed.
  mutating func add(_ operation: SplitLockProbe.Operation, _ clock: TscClock) {
    let length = clock.seconds(Double(operation.end &- operation.start))
    operations += 1
    seconds +=
      operation.met == .nothing && length <= DoseRamp.delay ? length : DoseResponse.assumedSeconds
  }
}
