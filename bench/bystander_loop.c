// Who is slowed by split locks, as one would measure it in a hurry, and nothing of SplitBench: two pthreads and a clock.
// Usage: bystander_loop VICTIM_CPU AGGRESSOR_CPU SLICES; prints "victim idle_ns treated_ns" for l1-load and dram-chase.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { chain_bytes = 128 << 20, line = 64, slice_ns = 1000000 };

// Lines apart: the victim writes its own all the time, and a line that both want costs it 7 % beside a locked bus.
static _Alignas(128) struct {
  atomic_int wanted, working, ended;
  char *operands;
  char rest[128 - 3 * sizeof(atomic_int) - sizeof(char *)];
} shared;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0) exit(2);
}

static void *aggressor(void *cpu) {
  pin(*(int *)cpu);
  while (!atomic_load(&shared.ended)) {
    if (!atomic_load(&shared.wanted)) {
      atomic_store(&shared.working, 0);
      nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
      continue;
    }
    atomic_store(&shared.working, 1);
    double end = now() + 4 * slice_ns;
    while (atomic_load(&shared.wanted) && now() < end)
      for (int i = 0; i < 8; i++) __asm__ volatile("lock addq $1, %0" : "+m"(*(uint64_t *)(shared.operands + 60)));
  }
  return NULL;
}

static _Alignas(128) struct {
  void **place;
  uint64_t sink;
  char rest[112];
} own;

static long chase(void) {
  for (int i = 0; i < 64; i++) own.place = *own.place;
  return 64;
}

static long loads(void) {
  uint64_t sum = 0;
  for (int repeat = 0; repeat < 16; repeat++)
    for (int i = 0; i < 64; i++) sum += *(volatile uint64_t *)(shared.operands + 8192 + i * line);
  own.sink += sum;
  return 16 * 64;
}

static double slice(long (*work)(void)) {
  double start = now(), end;
  long operations = 0;
  do operations += work();
  while ((end = now()) < start + slice_ns);
  return (end - start) / (double)operations;
}

static int ascending(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

static void measure(const char *name, long (*work)(void), int slices) {
  double idle[slices], treated[slices];
  for (int i = 0; i < slices; i++) {
    slice(work);
    idle[i] = slice(work);
    atomic_store(&shared.wanted, 1);
    while (!atomic_load(&shared.working));
    treated[i] = slice(work);
    atomic_store(&shared.wanted, 0);
    while (atomic_load(&shared.working)) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
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
  char *chain = mmap(NULL, chain_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(chain, chain_bytes, MADV_HUGEPAGE);
  long lines = chain_bytes / line;
  uint32_t *order = malloc(lines * sizeof *order);
  for (long i = 0; i < lines; i++) order[i] = (uint32_t)i;
  srandom(1);
  for (long i = lines - 1; i > 0; i--) {
    long j = random() % i;
    uint32_t t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  for (long i = 0; i < lines; i++) *(void **)(chain + i * line) = chain + (long)order[i] * line;
  free(order);
  own.place = (void **)chain;
  pthread_t thread;
  if (pthread_create(&thread, NULL, aggressor, &other) != 0) return 2;
  measure("l1-load", loads, slices);
  measure("dram-chase", chase, slices);
  atomic_store(&shared.ended, 1);
  pthread_join(thread, NULL);
  return own.sink == 1;
}
