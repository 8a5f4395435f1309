import CHost

/// How long something is waited for. A stop of the process, which may have met what is waited for too, begins it anew.
struct Patience {
  private let nanoseconds: UInt64
  private var end: UInt64
  private var stops: UInt64

  init(seconds: Double) {
    nanoseconds = UInt64(seconds * 1e9)
    end = chost_monotonic_raw_ns() + nanoseconds
    stops = chost_stop_count()
  }

  mutating func isOver() -> Bool {
    guard chost_monotonic_raw_ns() > end else { return false }
    let now = chost_stop_count()
    guard now != stops else { return true }
    stops = now
    end = chost_monotonic_raw_ns() + nanoseconds
    return false
  }
}
