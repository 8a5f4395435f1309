// A split-lock benchmark as one would write it in a hurry, and nothing of SplitBench: a C loop and a clock.
// Usage: plain_loop CPU; reads "OFFSET COUNT" lines, answers each with ns an operation.
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct operand { uint64_t value; } __attribute__((packed, may_alias));

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_RAW, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(argc > 1 ? atoi(argv[1]) : 0, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) return 2;
  char *memory = aligned_alloc(4096, 64 * 4096);
  int offset;
  long count;
  while (scanf("%d %ld", &offset, &count) == 2) {
    // As in SplitBench the lines were just written: on a Zen 4 guest, split locks on lines that were not cost 8 % less.
    memset(memory, 0, 64 * 4096);
    struct operand *operand = (struct operand *)(memory + rand() % 4000 * 64 + offset);
    __asm__ volatile("lock addq %1, %0" : "+m"(*operand) : "r"(1L));
    double start = now();
#pragma GCC unroll 16
    for (long i = 0; i < count; i++) __asm__ volatile("lock addq %1, %0" : "+m"(*operand) : "r"(1L));
    printf("%.4f\n", (now() - start) / (double)count);
    fflush(stdout);
  }
}
