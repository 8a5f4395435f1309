// Who is slowed by split locks, as one would measure it in a hurry, and nothing of SplitBench: two pthreads and a clock.
// Usage: bystander_loop VICTIM_CPU AGGRESSOR_CPU SLICES; prints "victim idle_ns treated_ns" for l1-load and dram-chase.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "chase.h"

enum { slice_ns = 1000000 };

// Lines apart: the victim writes its own all the time, and a line that both want costs it 7 % beside a locked bus.
static _Alignas(128) struct {
  atomic_int wanted, working, ended;
  char *operands;
  char rest[128 - 3 * sizeof(atomic_int) - sizeof(char *)];
} shared;

static void *aggressor(void *cpu) {
  pin(*(int *)cpu);
  while (!atomic_load(&shared.ended)) {
    if (!atomic_load(&shared.wanted)) {
      atomic_store(&shared.working, 0);
      rest(50000);
      continue;
    }
    atomic_store(&shared.working, 1);
    double end = now() + 4 * slice_ns;
    while (atomic_load(&shared.wanted) && now() < end)
      for (int i = 0; i < 8; i++) __asm__ volatile("lock addq $1, %0" : "+m"(*(uint64_t *)(shared.operands + 60)));
  }
  return NULL;
}

static long loads(void) {
  uint64_t sum = 0;
  for (int repeat = 0; repeat < 16; repeat++)
    for (int i = 0; i < 64; i++) sum += *(volatile uint64_t *)(shared.operands + 8192 + i * line);
  own.sink += sum;
  return 16 * 64;
}

static int ascending(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

static void measure(const char *name, long (*work)(void), int slices) {
  double idle[slices], treated[slices];
  for (int i = 0; i < slices; i++) {
    slice(work, slice_ns);
    idle[i] = slice(work, slice_ns);
    atomic_store(&shared.wanted, 1);
    while (!atomic_load(&shared.working));
    treated[i] = slice(work, slice_ns);
    atomic_store(&shared.wanted, 0);
    while (atomic_load(&shared.working)) rest(1000000);
  }
  qsort(idle, slices, sizeof *idle, ascending);
  qsort(treated, slices, sizeof *treated, ascending);
  printf("%s %.4f %.4f\n", name, idle[slices / 2], treated[slices / 2]);
}

int main(int argc, char **argv) {
  if (argc != 4) return 64;
  int victim = atoi(argv[1]), other = atoi(argv[2]), slices = atoi(argv[3]);
  pin(victim);
  shared.operands = aligned_alloc(4096, 16384);
  for (int i = 0; i < 16384; i++) shared.operands[i] = 0;
  make_chain();
  pthread_t thread;
  if (pthread_create(&thread, NULL, aggressor, &other) != 0) return 2;
  measure("l1-load", loads, slices);
  measure("dram-chase", chase, slices);
  atomic_store(&shared.ended, 1);
  pthread_join(thread, NULL);
  return own.sink == 1;
}
