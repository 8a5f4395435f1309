// SplitBench's own aggressor loop in a process of its own: split locks back to back. Linked with Sources/CAtomics/contention.c.
// Usage: our_aggressor CPU; reads lines of microseconds, answers each with operations and ns.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "CAtomics.h"
#include "thread.h"

int main(int argc, char **argv) {
  if (argc != 2) return 64;
  pin(atoi(argv[1]));
  double from = now();
  uint64_t first = catomics_tsc();
  while (now() < from + 2e7);
  double ticks_per_ns = (double)(catomics_tsc() - first) / (now() - from);
  char *memory = aligned_alloc(4096, 4096);
  uint32_t stop = 0;
  double microseconds;
  while (scanf("%lf", &microseconds) == 1) {
    memset(memory, 0, 4096);
    uint64_t start = catomics_tsc();
    catomics_aggression work = {
        .operand = memory + 60, .addend = 1, .batch = 1, .stop = &stop, .start = start,
        .deadline = start + (uint64_t)(microseconds * 1e3 * ticks_per_ns)};
    catomics_aggress(&work);
    // The last operation has begun at last_start; those before it took the time between.
    printf("%lu %.1f\n", work.operations - 1, (double)(work.last_start - work.first_tick) / ticks_per_ns);
    fflush(stdout);
  }
}
