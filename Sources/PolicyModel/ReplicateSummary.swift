/// What the replicates of a scenario under one policy gave together; its size does not depend on their number.
public struct ReplicateSummary: Sendable, Equatable {
  public let policy: PolicyChoice
  public private(set) var replicates = 0
  /// Replicates in which somebody wanted to take split locks.
  public private(set) var hosts = 0
  /// Counters and times of all together; `firstDetection` their sum.
  public private(set) var total = Tally()
  /// Replicates in which something was detected.
  public private(set) var detecting = 0
  /// The same with what was not measured at its least, and at its most.
  public private(set) var least = Tally()
  public private(set) var most = Tally()
  /// Split locks of the replicate that locked the bus longest.
  public private(set) var mostPerformed = 0

  public init(_ policy: PolicyChoice) { self.policy = policy }

  public mutating func add(_ replicate: Replicate) {
    let tally = replicate.tally
    replicates += 1
    hosts += tally.offenders > 0 ? 1 : 0
    detecting += tally.firstDetection != nil ? 1 : 0
    mostPerformed = max(mostPerformed, tally.performed)
    total.add(tally)
    least.add(replicate.least)
    most.add(replicate.most)
  }

  /// Share of time in which that one had the bus locked, in millionths.
  public func mostBusLockedShare(seconds: Int, _ costs: Costs) -> Int {
    Tally.busLockedShare(of: mostPerformed, seconds: seconds, costs)
  }

  /// Mean of those that detected something, in ns.
  public var firstDetection: Int? { detecting == 0 ? nil : (total.firstDetection ?? 0) / detecting }
}

extension Tally {
  static let counters: [WritableKeyPath<Tally, Int> & Sendable] = [
    \.offenders, \.demanded, \.performed, \.emulated, \.prevented, \.detected, \.alignmentChecks,
    \.busLockTraps, \.busLockExits, \.spurious, \.msrWrites, \.toggles, \.ipis, \.sigbusTasks,
    \.sigbusInGuests, \.guestsKilled, \.oopses, \.traceEvents, \.logLines, \.worked, \.waited, \.coresOff,
  ]

  mutating func add(_ other: Tally) {
    for counter in Tally.counters { self[keyPath: counter] += other[keyPath: counter] }
    let missing = max(0, other.guestCounters.count - guestCounters.count)
    guestCounters += Array(repeating: 0, count: missing)
    for (guest, count) in other.guestCounters.enumerated() { guestCounters[guest] += count }
    if let time = other.firstDetection { firstDetection = (firstDetection ?? 0) + time }
  }
}
