#ifndef _GNU_SOURCE
#error "_GNU_SOURCE is defined for this target in Package.swift"
#endif
#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int argument_count;
static char **argument_list;

// glibc calls constructors with main's arguments.
__attribute__((constructor)) static void keep_arguments(int count, char **list) {
  argument_count = count;
  argument_list = list;
}

const char *const *chost_arguments(int *count) {
  *count = argument_count;
  return (const char *const *)argument_list;
}

// Linux may have more CPUs than a cpu_set_t, and then refuses a set smaller than its own.
enum { largest_cpu_count = 1 << 16 };

int chost_get_affinity(int *cpus, int capacity) {
  for (int possible = 1024; possible <= largest_cpu_count; possible *= 2) {
    cpu_set_t *set = CPU_ALLOC(possible);
    if (!set) return -ENOMEM;
    size_t size = CPU_ALLOC_SIZE(possible);
    if (sched_getaffinity(0, size, set) != 0) {
      int error = errno;
      CPU_FREE(set);
      if (error == EINVAL) continue;
      return -error;
    }
    int count = 0;
    for (int cpu = 0; cpu < possible; cpu++) {
      if (!CPU_ISSET_S(cpu, size, set)) continue;
      if (count < capacity) cpus[count] = cpu;
      count++;
    }
    CPU_FREE(set);
    return count;
  }
  return -EINVAL;
}

int chost_set_affinity(const int *cpus, int count) {
  int highest = 0;
  for (int i = 0; i < count; i++) {
    if (cpus[i] < 0 || cpus[i] >= largest_cpu_count) return -EINVAL;
    if (cpus[i] > highest) highest = cpus[i];
  }
  cpu_set_t *set = CPU_ALLOC(highest + 1);
  if (!set) return -ENOMEM;
  size_t size = CPU_ALLOC_SIZE(highest + 1);
  CPU_ZERO_S(size, set);
  for (int i = 0; i < count; i++) CPU_SET_S(cpus[i], size, set);
  int result = sched_setaffinity(0, size, set) == 0 ? 0 : -errno;
  CPU_FREE(set);
  return result;
}

int chost_current_cpu(void) {
  int cpu = sched_getcpu();
  return cpu >= 0 ? cpu : -errno;
}

int chost_start_thread(int cpu, void *(*body)(void *), void *context, pthread_t *thread) {
  if (cpu < 0 || cpu >= largest_cpu_count) return -EINVAL;
  cpu_set_t *set = CPU_ALLOC(cpu + 1);
  if (!set) return -ENOMEM;
  size_t size = CPU_ALLOC_SIZE(cpu + 1);
  CPU_ZERO_S(size, set);
  CPU_SET_S(cpu, size, set);
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (!error) {
    error = pthread_attr_setaffinity_np(&attributes, size, set);
    if (!error) error = pthread_create(thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
  }
  CPU_FREE(set);
  return -error;
}

int chost_pidfd_open(int process) {
  int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
  return descriptor >= 0 ? descriptor : -errno;
}

int chost_pipe(int *ends) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : -errno; }

chost_thread_usage chost_usage_of_thread(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return (chost_thread_usage){0};
  return (chost_thread_usage){
      .voluntary_switches = (uint64_t)usage.ru_nvcsw,
      .involuntary_switches = (uint64_t)usage.ru_nivcsw,
  };
}

uint64_t chost_thread_cpu_ns(void) {
  struct timespec used;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

uint64_t chost_monotonic_raw_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint32_t chost_timer_hz(void) {
  struct timespec tick;
  if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0 || tick.tv_sec != 0 || tick.tv_nsec <= 0) return 0;
  return (uint32_t)((1000000000 + tick.tv_nsec / 2) / tick.tv_nsec);
}
