// What a core can tell about its own disturbance: its frequency, its idle ALUs, its absences.
#include "CAtomics.h"

#define NL "\n\t"
#define EIGHT(x) x x x x x x x x

_Static_assert(CATOMICS_PROBE_ADDS == 64, "both probes repeat eight rounds of eight adds");

__attribute__((naked, aligned(64))) void catomics_dependent_adds(void *operand, uint64_t count, void *list) {
  __asm__ volatile(".p2align 6" NL "1:" NL EIGHT(EIGHT("addq %rdx, %rax" NL)) "decq %rsi" NL "jnz 1b" NL "ret");
}

__attribute__((naked, aligned(64))) void catomics_independent_adds(void *operand, uint64_t count, void *list) {
  __asm__ volatile("pushq %rbx" NL ".p2align 6" NL "1:" NL
                   EIGHT("addq %rdi, %rax" NL "addq %rdi, %rcx" NL "addq %rdi, %rdx" NL "addq %rdi, %rbx" NL
                         "addq %rdi, %r8" NL "addq %rdi, %r9" NL "addq %rdi, %r10" NL "addq %rdi, %r11" NL)
                   "decq %rsi" NL "jnz 1b" NL "popq %rbx" NL "ret");
}

catomics_interval catomics_time(catomics_function function, void *operand, uint64_t count, void *list) {
  uint32_t low, high;
  catomics_interval interval;
  __asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(interval.first_aux)::"memory");
  uint64_t start = (uint64_t)high << 32 | low;
  function(operand, count, list);
  __asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(interval.last_aux)::"memory");
  interval.ticks = ((uint64_t)high << 32 | low) - start;
  return interval;
}

void catomics_make_call(void *context) {
  catomics_call *call = context;
  call->interval = catomics_time(call->function, call->operand, call->count, call->list);
}

catomics_gap_report catomics_look_for_gaps(uint64_t duration, uint64_t threshold) {
  catomics_gap_report report = {0};
  uint64_t start = catomics_tsc(), before = start, now;
  do {
    now = catomics_tsc();
    uint64_t gap = now - before;
    if (gap > threshold) {
      report.gaps += 1;
      report.lost_ticks += gap;
      if (gap > report.longest_ticks) report.longest_ticks = gap;
    }
    before = now;
  } while (now - start < duration);
  report.ticks = now - start;
  return report;
}
