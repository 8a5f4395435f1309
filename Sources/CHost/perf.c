// perf_event_open has no libc wrapper, and its attribute structure is a bit-field that Swift cannot import.
#include "CHost.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int chost_perf_open(uint32_t type, uint64_t config, uint64_t config1, int group) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.type = type;
  attributes.size = sizeof attributes;
  attributes.config = config;
  attributes.config1 = config1;
  attributes.disabled = group < 0;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  long descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, group, PERF_FLAG_FD_CLOEXEC);
  return descriptor >= 0 ? (int)descriptor : -errno;
}

int chost_perf_enable(int descriptor, bool on) {
  return ioctl(descriptor, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0) == 0 ? 0 : -errno;
}

int chost_perf_read(int descriptor, chost_perf_reading *reading) {
  struct { uint64_t value, enabled, running; } raw;
  ssize_t length = read(descriptor, &raw, sizeof raw);
  if (length < 0) return -errno;
  if (length != sizeof raw) return -EIO;
  *reading = (chost_perf_reading){raw.value, raw.enabled, raw.running};
  return 0;
}
