// Locked operations that meet those of other CPUs: a paced aggressor, a counter passed to and fro, a reader.
#include "CAtomics.h"

// Inlined in debug builds, too: a test reads which function locks what.
#define INLINE static inline __attribute__((always_inline))

// Not fenced: what follows may start early, which does not matter to a pace.
INLINE uint64_t clock_now(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

INLINE bool is_set(const uint32_t *flag) { return __atomic_load_n(flag, __ATOMIC_ACQUIRE) != 0; }

INLINE void locked_add(void *operand, uint64_t addend) {
  __asm__ volatile("lock addq %1, (%0)" ::"r"(operand), "r"(addend) : "memory", "cc");
}

void catomics_aggress(void *context) {
  catomics_aggression *work = context;
  while (clock_now() < work->start) catomics_pause();
  uint64_t operations = 0, first = clock_now(), now = first, next = first;
  for (;; now = clock_now()) {
    if (now >= work->deadline || is_set(work->stop)) break;
    if (now < next) {
      catomics_pause();
      continue;
    }
    for (uint64_t i = 0; i < work->batch; i++) locked_add(work->operand, work->addend);
    operations += work->batch;
    // One that was held up does not catch up: a burst is another rate.
    next = (next + 2 * work->period < now ? now : next) + work->period;
    if (operations == work->batch) __atomic_store_n(&work->is_running, 1, __ATOMIC_RELEASE);
  }
  work->operations = operations;
  work->first_tick = first;
  work->last_tick = now;
}

void catomics_pass_counter(void *context) {
  catomics_counter_pass *work = context;
  uint64_t attempts = 0, passes = 0, start = 0;
  for (uint64_t mine = work->parity; passes < work->passes; mine += 2, passes++) {
    uint64_t seen;
    do {
      // A look at the clock now and then: it must not pace the attempts.
      if ((attempts++ & 15) == 15 && clock_now() >= work->deadline) goto out;
      seen = mine;
      __asm__ volatile("lock cmpxchgq %2, (%1)" : "+a"(seen) : "r"(work->operand), "r"(mine + 1) : "memory", "cc");
    } while (seen != mine);
    // The first one holds the other side's start.
    if (passes == 0) start = clock_now();
  }
out:
  work->ticks = clock_now() - start;
  work->attempts = attempts;
  work->passes_done = passes;
}

void catomics_read_halves(void *context) {
  catomics_half_reading *work = context;
  uint64_t reads = 0, torn = 0;
  do {
    for (int i = 0; i < 64; i++) {
      uint64_t value = 0;
      if (work->is_locked)
        __asm__ volatile("lock xaddq %0, (%1)" : "+r"(value) : "r"(work->operand) : "memory", "cc");
      else
        __asm__ volatile("movq (%1), %0" : "=r"(value) : "r"(work->operand) : "memory");
      torn += (uint32_t)value != (uint32_t)(value >> 32);
    }
    reads += 64;
  } while (!is_set(work->stop) && clock_now() < work->deadline);
  work->reads = reads;
  work->torn = torn;
}
