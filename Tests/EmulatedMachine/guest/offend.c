// offend SECONDS OFFSET BURST REST CPU...: on each CPU at once a process that adds to an operand at an offset in its line, again and again with a
// pause between, and rests for so many ms behind each burst of so many; a burst of 0 has no end. Prints a line an operation: the CPU, when it began
// on CLOCK_MONOTONIC and how long it took, in us.

#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 100000 };

// CPUs are idle meanwhile: emulated ones take turns on one of the host's.
static const struct timespec pause_between = {.tv_nsec = 1000 * 1000};

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void offend(int cpu, int64_t start, int64_t end, int burst, int rest, volatile uint32_t *operand) {
  const struct timespec resting = {.tv_sec = rest / 1000, .tv_nsec = rest % 1000 * 1000000};
  static struct { int64_t start, spent; } operations[MOST];
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set)) exit(1);
  while (now() < start) nanosleep(&pause_between, NULL);
  int count = 0;
  for (int64_t before = now(); before < end && count < MOST; before = now()) {
    asm volatile("lock incl %0" : "+m"(*operand) : : "memory", "cc");
    operations[count].start = before;
    operations[count++].spent = now() - before;
    nanosleep(&pause_between, NULL);
    if (burst > 0 && count % burst == 0) nanosleep(&resting, NULL);
  }
  // A buffer larger than all it prints: each process writes its lines at once, whole.
  static char text[64 * MOST];
  setvbuf(stdout, text, _IOFBF, sizeof text);
  for (int index = 0; index < count; index++)
    printf("%d %lld %lld\n", cpu, (long long)operations[index].start, (long long)operations[index].spent);
  exit(fflush(stdout));
}

int main(int count, char **words) {
  if (count < 6) return 64;
  static _Alignas(64) char lines[128];
  int64_t start = now() + 200000, end = start + atof(words[1]) * 1e6;
  int burst = atoi(words[3]), rest = atoi(words[4]);
  for (int index = 5; index < count; index++)
    if (fork() == 0) offend(atoi(words[index]), start, end, burst, rest, (void *)(lines + atoi(words[2])));
  int status, failed = 0;
  while (wait(&status) > 0) failed |= status;
  return failed != 0;
}
