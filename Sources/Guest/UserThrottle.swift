/// A limit on a guest's bus locks that its VMM keeps: so many exits in a slice of time, then no entry until the next.
///
/// The policy of QEMU's `-machine bus-lock-ratelimit`, whose slice is a second.
public struct UserThrottle: Sendable, Equatable {
  /// Bus locks a second.
  public let perSecond: Int
  /// In ns.
  public let slice: UInt64
  private var sliceStart: UInt64?
  private var taken = 0

  public init(perSecond: Int, sliceSeconds: Double = 1) {
    self.perSecond = perSecond
    slice = UInt64(sliceSeconds * 1e9)
  }

  /// Bus locks in a slice, at least one.
  public var quota: Int { max(1, Int(Double(perSecond) * Double(slice) / 1e9)) }

  /// Counts a bus lock at `now`, in ns of any clock that only rises.
  ///
  /// - Returns: for how many ns the guest must not be entered.
  public mutating func delay(at now: UInt64) -> UInt64 {
    if sliceStart.map({ now >= $0 + slice }) ?? true {
      (sliceStart, taken) = (now, 0)
    }
    taken += 1
    return taken < quota ? 0 : sliceStart! + slice - now
  }
}
