// A victim: loads that each wait for the one before, from lines of memory in unpredictable order.
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "thread.h"

enum { chain_bytes = 128 << 20, line = 64 };

// Alone on its lines: the victim writes it all the time.
static _Alignas(128) struct {
  void **place;
  uint64_t sink;
  char rest[112];
} own;

static inline void make_chain(void) {
  char *chain = mmap(NULL, chain_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (chain == MAP_FAILED) exit(2);
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
}

static inline long chase(void) {
  for (int i = 0; i < 64; i++) own.place = *own.place;
  return 64;
}

// ns an operation over so many ns of work.
static inline double slice(long (*work)(void), double nanoseconds) {
  double start = now(), end;
  long operations = 0;
  do operations += work();
  while ((end = now()) < start + nanoseconds);
  return (end - start) / (double)operations;
}
