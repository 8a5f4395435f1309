import CAtomics

/// Split locks at a pace, until one does not pass free, they have locked the bus for a burst, or time is up.
struct PacedSplitLocks {
  enum End: Equatable {
    case answered(SplitLockProbe.Operation)
    case burst
    case time
  }

  let clock: TscClock
  /// From the end of one to the start of the next, in seconds.
  let pause: Double
  /// Locked time that ends them, in seconds.
  var burst = Plan.longestBurst
  /// The TSC; tests replace it.
  var now: () -> UInt64 = { catomics_tsc() }
  private(set) var locked = LockedTime()

  init(clock: TscClock, pause: Double) { (self.clock, self.pause) = (clock, pause) }

  /// - Parameters:
  ///   - limit: TSC at which time is up.
  ///   - passed: called behind each that passed free; whether the next is to follow at once.
  mutating func run(
    until limit: UInt64, issue: () -> SplitLockProbe.Operation, passed: (SplitLockProbe.Operation) -> Bool
  ) -> End {
    let pause = UInt64(clock.ticks(seconds: pause))
    while locked.seconds < burst {
      guard now() < limit else { return .time }
      let operation = issue()
      locked.add(operation, clock)
      guard operation.met == .nothing else { return .answered(operation) }
      guard !passed(operation) else { continue }
      let next = operation.end + pause
      while now() < next { catomics_pause() }
    }
    return .burst
  }
}
