import Glibc

/// Leaves the CPU for so many seconds, whatever signals come.
func sleepUninterrupted(seconds: Double) {
  var left = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
  var rest = timespec()
  while nanosleep(&left, &rest) != 0 && errno == EINTR { left = rest }
}
