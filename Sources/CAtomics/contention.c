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
  uint64_t now = clock_now(), next = now, last = now;
  work->first_tick = work->last_start = work->last_tick = now;
  for (;; now = clock_now()) {
    if (now >= work->deadline || is_set(work->stop)) break;
    if (now < next) {
      catomics_pause();
      continue;
    }
    if (now - last > work->longest_gap) work->longest_gap = now - last;
    work->last_start = last = now;
    for (uint64_t i = 0; i < work->batch; i++) locked_add(work->operand, work->addend);
    // One that was held up does not catch up: a burst is another rate.
    next = (next + 2 * work->period < now ? now : next) + work->period;
    // Written as it goes, so that a trap in the next operation leaves it right.
    work->operations += work->batch;
    if (work->operations == work->batch) __atomic_store_n(&work->is_running, 1, __ATOMIC_RELEASE);
  }
  if (now - last > work->longest_gap) work->longest_gap = now - last;
  work->last_tick = now;
}

void catomics_pass_counter(void *context) {
  catomics_counter_pass *work = context;
  uint64_t start = clock_now();
  for (uint64_t mine = work->parity; work->passes_done < work->passes; mine += 2, work->passes_done++) {
    uint64_t seen;
    do {
      // A look at the clock now and then: it must not pace the attempts.
      if ((work->attempts & 15) == 15 && clock_now() >= work->deadline) goto out;
      seen = mine;
      __asm__ volatile("lock cmpxchgq %2, (%1)" : "+a"(seen) : "r"(work->operand), "r"(mine + 1) : "memory", "cc");
      work->attempts++;
    } while (seen != mine);
    // The first one holds the other side's start.
    if (work->passes_done == 0) start = clock_now();
  }
out:
  work->ticks = clock_now() - start;
}

void catomics_read_halves(void *context) {
  catomics_half_reading *work = context;
  while (clock_now() < work->start) catomics_pause();
  do {
    for (int i = 0; i < (work->is_locked ? 1 : 64); i++) {
      uint64_t value = 0;
      if (work->is_locked)
        __asm__ volatile("lock xaddq %0, (%1)" : "+r"(value) : "r"(work->operand) : "memory", "cc");
      else
        __asm__ volatile("movq (%1), %0" : "=r"(value) : "r"(work->operand) : "memory");
      work->torn += (uint32_t)value != (uint32_t)(value >> 32);
      work->reads++;
    }
  } while (!is_set(work->stop) && clock_now() < work->deadline);
}
