#include "CHost.h"

chost_patience chost_patience_begin(uint64_t nanoseconds) {
  // Before the clock: a stop between the two is then one of those that begin it anew.
  uint64_t stops = chost_stop_count();
  return (chost_patience){
      .nanoseconds = nanoseconds, .end = chost_monotonic_raw_ns() + nanoseconds, .stops = stops};
}

bool chost_patience_is_over(chost_patience *patience) {
  if (chost_monotonic_raw_ns() <= patience->end) return false;
  uint64_t stops = chost_stop_count();
  if (stops == patience->stops) return true;
  patience->stops = stops;
  patience->end = chost_monotonic_raw_ns() + patience->nanoseconds;
  return false;
}
