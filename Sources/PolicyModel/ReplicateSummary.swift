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
  /// The largest share of time in which the bus was locked, in millionths.
  public private(set) var mostBusLocked = 0

  public init(_ policy: PolicyChoice) { self.policy = policy }

  public mutating func add(_ tally: Tally, seconds: Int) {
    replicates += 1
    hosts += tally.offenders > 0 ? 1 : 0
    detecting += tally.firstDetection != nil ? 1 : 0
    mostBusLocked = max(mostBusLocked, tally.busLockedShare(seconds: seconds))
    total.add(tally)
  }

  /// Mean of those that detected something, in ns.
  public var firstDetection: Int? { detecting == 0 ? nil : (total.firstDetection ?? 0) / detecting }
}

extension Tally {
  static let counters: [WritableKeyPath<Tally, Int> & Sendable] = [
    \.offenders, \.demanded, \.performed, \.emulated, \.prevented, \.detected, \.busLocked, \.alignmentChecks,
    \.busLockTraps, \.busLockExits, \.spurious, \.msrWrites, \.toggles, \.ipis, \.sigbusTasks,
    \.sigbusInGuests, \.guestsKilled, \.oopses, \.guestCounter, \.logLines, \.worked, \.waited, \.coresOff,
  ]

  mutating func add(_ other: Tally) {
    for counter in Tally.counters { self[keyPath: counter] += other[keyPath: counter] }
    if let time = other.firstDetection { firstDetection = (firstDetection ?? 0) + time }
  }
}
