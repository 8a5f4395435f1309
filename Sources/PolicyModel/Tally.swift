/// What happened on one host in one replicate. Times are in ns.
public struct Tally: Sendable, Equatable {
  /// Tasks, virtual CPUs and drivers that wanted to take split locks.
  public var offenders = 0
  /// Split locks that they would have taken had each been alone and nothing hindered it: the same under every policy.
  public var demanded = 0
  /// Split locks that locked the bus.
  public var performed = 0
  /// Those that KVM performed as plain writes.
  public var emulated = 0
  /// Those that never happened, since they killed who tried.
  public var prevented = 0
  /// Those that Linux or KVM came to know of.
  public var detected = 0
  /// From the first split lock tried to the first detected.
  public var firstDetection: Int?

  public var alignmentChecks = 0
  public var busLockTraps = 0
  public var busLockExits = 0
  /// #AC on a CPU that had itself taken detection off: another CPU of its core set the bit.
  public var spurious = 0
  public var msrWrites = 0
  /// Writes that changed the bit.
  public var toggles = 0
  public var ipis = 0

  public var sigbusTasks = 0
  /// Tasks inside guests, ended by their own Linux.
  public var sigbusInGuests = 0
  public var guestsKilled = 0
  public var oopses = 0
  /// Split locks that KVM handled silently, by guest in the order of the scenario: "at least a per guest counter which can be queried".
  public var guestCounters: [Int] = []
  /// Times that the tracepoint beside these counters fired: "and a tracepoint".
  public var traceEvents = 0
  public var logLines = 0

  /// Time of offenders' work, which lasts the longer the more they wait, and the part of it that Linux had them asleep or queued.
  public var worked = 0
  public var waited = 0
  /// Cores whose detection is off at the end, and not about to be switched on again.
  public var coresOff = 0
  /// Time by which that of the work could be wrong, since costs were not measured.
  var unsure = 0
}

extension Tally {
  /// All split locks tried, retries of one counting once.
  public var tried: Int { performed + emulated + prevented }
  /// Shares in millionths; nil over nothing.
  public var detectedShare: Int? { Fixed.share(min(detected, tried), of: tried) }
  public var throughputShare: Int? { Fixed.share(performed + emulated, of: demanded) }
  public var waitedShare: Int? { Fixed.share(waited, of: worked) }

  public var guestCounter: Int { guestCounters.reduce(0, +) }

  /// Share of time in which the bus was locked, in millionths.
  ///
  /// - Parameter seconds: simulated.
  public func busLockedShare(seconds: Int, _ costs: Costs) -> Int {
    Tally.busLockedShare(of: performed, seconds: seconds, costs)
  }
  static func busLockedShare(of performed: Int, seconds: Int, _ costs: Costs) -> Int {
    Fixed.scaled(performed * costs.splitLock.ns, by: Fixed.million, over: seconds * 1_000_000_000)
  }

  /// A second, in millionths.
  public static func rate(_ count: Int, seconds: Int) -> Int {
    Fixed.scaled(count, by: Fixed.million, over: seconds)
  }
}
