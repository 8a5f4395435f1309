import Glibc

/// Leaves the CPU for so many seconds, or until a signal comes: an interrupt is not kept waiting.
func sleepInterruptibly(seconds: Double) {
  guard seconds > 0 else { return }
  var duration = timespec(
    tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
  nanosleep(&duration, nil)
}
