/// `split_lock_detect=ratelimit:N`, Linux 5.14 and later: ef4ae6e44131 (18 May 2021, behind the merge window of 5.13), handle_bus_lock.
/// At most N bus locks of tasks a second on the whole host; who comes too late looks again every 20 ms. #AC is off; without #DB nothing is
/// detected at all.
struct RateLimit: ModelledPolicy {
  private let limit: Int
  /// `bld_ratelimit`, in jiffies (lib/ratelimit.c, ___ratelimit).
  private var begin: Int?
  private var used = 0
  private var log = LogLimiter()

  init(_ limit: Int) { self.limit = limit }

  var armsCores: Bool { false }
  mutating func alignmentCheck(_ runner: Int, _ host: inout ModelHost) {}

  func passage(of runner: Int, _ host: ModelHost) -> Passage {
    host.shape.detects.contains(.busLock) && host.runners[runner].kind == .task ? .asked(.trap) : .free
  }

  mutating func busLock(_ runner: Int, _ host: inout ModelHost) {
    host.tally.busLockTraps += 1
    pass(runner, &host)
  }

  mutating func woke(_ runner: Int, _ host: inout ModelHost) { pass(runner, &host) }

  private mutating func pass(_ runner: Int, _ host: inout ModelHost) {
    let jiffies = host.now / host.jiffy
    // time_is_before_jiffies: the interval must be over by a jiffy.
    if begin.map({ jiffies > $0 + host.shape.timerHz }) ?? true {
      // Of those that it turned away it says nothing: RATELIMIT_MSG_ON_RELEASE.
      (begin, used) = (jiffies, 0)
    }
    guard used < limit else { return host.sleep(runner, ms: 20, addsJiffy: true) }
    used += 1
    host.resume(runner)
    host.log(&log)
  }
}
