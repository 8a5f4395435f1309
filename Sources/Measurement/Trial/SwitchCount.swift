import CHost

/// How often Linux took the calling thread off its CPU, and how often somebody stopped the process.
struct SwitchCount: Equatable {
  private let voluntary: UInt64
  private let involuntary: UInt64
  private let stops: UInt64

  init(voluntary: UInt64 = 0, involuntary: UInt64 = 0, stops: UInt64 = 0) {
    (self.voluntary, self.involuntary, self.stops) = (voluntary, involuntary, stops)
  }

  /// Of the calling thread.
  static func now() -> SwitchCount {
    let usage = chost_usage_of_thread()
    return SwitchCount(
      voluntary: usage.voluntary_switches, involuntary: usage.involuntary_switches, stops: chost_stop_count())
  }

  /// Whether the process was stopped (SIGSTOP, Ctrl-Z) since then: for how long is in no count, but in every time.
  func wasStopped(since earlier: SwitchCount) -> Bool { stops != earlier.stops }

  /// Whether it was taken off against its will since then: for others, or by a stop.
  func wasPreempted(since earlier: SwitchCount) -> Bool {
    involuntary != earlier.involuntary || wasStopped(since: earlier)
  }

  /// Whether a long operation since then was held up by what it is: a thread that was only preempted lost its time to others,
  /// one that was stopped lost it to the stop, and one that a host stops knows nothing of it.
  func wasHeldUp(since earlier: SwitchCount) -> Bool {
    hasSlept(since: earlier) || !wasPreempted(since: earlier)
  }

  /// Whether it slept since then: measured code never asks to, so a trap handler did. Linux counts a stop as a sleep, and
  /// behind one nothing is known.
  func hasSlept(since earlier: SwitchCount) -> Bool {
    voluntary != earlier.voluntary && !wasStopped(since: earlier)
  }
}
