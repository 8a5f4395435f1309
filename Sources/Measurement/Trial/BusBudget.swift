/// Locked time: split locks performed x their native cost. Keeps a run within its bound and its bursts apart.
public struct BusBudget: Sendable {
  /// Upper bound for the run, in seconds.
  public let limit: Double
  /// Spent so far, in seconds.
  public private(set) var spent = 0.0
  /// Split locks performed so far.
  public private(set) var operations = 0
  private var quietUntil = 0.0

  private static let margin = 0.9

  public init(limit: Double) { self.limit = limit }

  public var left: Double { max(0, limit - spent) }

  /// The most operations of `cost` seconds each that one burst may hold now.
  public func burst(ofCost cost: Double) -> Int {
    guard cost > 0 else { return 0 }
    // What is granted at one cost may turn out a little dearer.
    return Int(min(Plan.longestBurst, left * BusBudget.margin) / cost)
  }

  /// How long to leave the bus alone before the next burst, in seconds from `now`.
  public func rest(at now: Double) -> Double { max(0, quietUntil - now) }

  /// Books a burst that ended at `now` seconds; the bus then rests for as long as it was locked.
  public mutating func book(operations count: Int, cost: Double, at now: Double) {
    book(LockedTime(operations: count, seconds: Double(count) * cost), at: now)
  }

  mutating func book(_ burst: LockedTime, at now: Double) {
    operations += burst.operations
    spent += burst.seconds
    quietUntil = max(quietUntil, now) + burst.seconds
  }
}
