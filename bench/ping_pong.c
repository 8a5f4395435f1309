// A flag that two CPUs set and clear in turn by compare-and-exchange, as core-to-core latency is usually measured: whole round
// trips between two readings of a clock, many samples, no look at anything else.
// Usage: ping_pong CPU CPU OFFSET SAMPLES PASSES; prints ns one way of each sample, then all attempts of both sides.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "thread.h"

static const double deadline_ns = 1e7;
static long samples, passes;
static char *operand;
static pthread_barrier_t gate;
static atomic_long attempts;

// Waits until the flag is `from`, and makes it `to`; false when it takes too long.
static int pass(uint64_t from, uint64_t to, double end, long *tried) {
  for (uint64_t seen = !from; seen != from;) {
    seen = from;
    __asm__ volatile("lock cmpxchgq %2, (%1)" : "+a"(seen) : "r"(operand), "r"(to) : "memory", "cc");
    if ((++*tried & 63) == 0 && now() > end) return 0;
  }
  return 1;
}

static void play(uint64_t from, double *one_way) {
  for (long sample = 0; sample < samples; sample++) {
    pthread_barrier_wait(&gate);
    long tried = 0;
    double start = now();
    long done = 0;
    while (done < passes && pass(from, !from, start + deadline_ns, &tried)) done++;
    // 0 of one that the deadline cut short.
    if (one_way) one_way[sample] = done == passes ? (now() - start) / (double)(2 * passes) : 0;
    atomic_fetch_add(&attempts, tried);
    pthread_barrier_wait(&gate);
    if (one_way) memset(operand, 0, 8);
    rest((long)deadline_ns);
  }
}

static void *other(void *cpu) {
  pin(*(int *)cpu);
  play(1, NULL);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 6) return 64;
  int own = atoi(argv[1]), others = atoi(argv[2]);
  samples = atol(argv[4]);
  passes = atol(argv[5]);
  pin(own);
  operand = (char *)aligned_alloc(4096, 4096) + atoi(argv[3]);
  memset(operand, 0, 8);
  double *one_way = malloc((size_t)samples * sizeof *one_way);
  pthread_barrier_init(&gate, NULL, 2);
  pthread_t thread;
  if (pthread_create(&thread, NULL, other, &others) != 0) return 2;
  play(0, one_way);
  pthread_join(thread, NULL);
  // The first warms up.
  for (long i = 1; i < samples; i++)
    if (one_way[i] > 0) printf("%.2f\n", one_way[i]);
  printf("attempts %ld\n", attempts);
}
