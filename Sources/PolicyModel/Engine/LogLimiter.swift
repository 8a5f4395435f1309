/// `pr_warn_ratelimited` of one place in Linux's source: at most ten lines in five seconds (DEFAULT_RATELIMIT_BURST and
/// _INTERVAL, include/linux/ratelimit_types.h), and one that says how many were suppressed (lib/ratelimit.c, ___ratelimit).
struct LogLimiter {
  private static let burst = 10
  private static let interval = 5_000_000_000
  private var begin: Int?
  private var printed = 0
  private var hasSuppressed = false

  /// Lines that are printed where one is asked for so many times, spread evenly over a stretch of time.
  mutating func lines(of count: Int, from start: Int, to end: Int) -> Int {
    guard count > 0 else { return 0 }
    let step = (end - start) / count
    var lines = 0
    var asked = 0
    while asked < count {
      let time = start + asked * step
      if begin.map({ time > $0 + LogLimiter.interval }) ?? true {
        lines += hasSuppressed ? 1 : 0
        (begin, printed, hasSuppressed) = (time, 0, false)
      }
      if printed < LogLimiter.burst {
        printed += 1
        lines += 1
        asked += 1
      } else {
        hasSuppressed = true
        // To the first that asks in the next interval.
        let wait = begin! + LogLimiter.interval - time
        asked += step > 0 ? max(1, wait / step + 1) : count
      }
    }
    return lines
  }
}
