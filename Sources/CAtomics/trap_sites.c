// One operation at a known address, with or without EFLAGS.AC, between two TSC readings: what a trap is met at.
#include "CAtomics.h"

#define NL "\n\t"
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

// rdi operand, rsi the EFLAGS bits to set, rdx where the two readings go. AC is on for the operation alone: what follows
// it is a push to an aligned stack. The function is a leaf with a frame of its own, so its pushes meet no red zone.
#define SITE(NAME, INSTRUCTION)                                                                              \
  extern const char trap_start_##NAME[], trap_end_##NAME[];                                                  \
  __attribute__((naked, aligned(64))) static void trap_##NAME(void *operand, uint64_t flags, void *times) {  \
    __asm__ volatile("movq %rdx, %r8" NL "movabsq $" TEXT(CATOMICS_SOURCE) ", %r10" NL "lfence" NL           \
                     "rdtsc" NL "shlq $32, %rdx" NL "orq %rdx, %rax" NL "movq %rax, (%r8)" NL "lfence" NL    \
                     "pushfq" NL "orq %rsi, (%rsp)" NL "popfq" NL                                            \
                     "trap_start_" #NAME ":" NL INSTRUCTION NL "trap_end_" #NAME ":" NL                      \
                     "pushfq" NL "andq $~0x40000, (%rsp)" NL "popfq" NL                                      \
                     "rdtscp" NL "lfence" NL "shlq $32, %rdx" NL "orq %rdx, %rax" NL "movq %rax, 8(%r8)" NL  \
                     "ret");                                                                                 \
  }

SITE(locked_2, "lock addw %r10w, (%rdi)")
SITE(locked_4, "lock addl %r10d, (%rdi)")
SITE(locked_8, "lock addq %r10, (%rdi)")
SITE(plain_2, "addw %r10w, (%rdi)")
SITE(plain_4, "addl %r10d, (%rdi)")
SITE(plain_8, "addq %r10, (%rdi)")

#define ROW(NAME, WIDTH, IS_LOCKED) {WIDTH, IS_LOCKED, trap_##NAME, trap_start_##NAME, trap_end_##NAME},

static const catomics_trap_site table[] = {
    ROW(locked_2, 2, true) ROW(locked_4, 4, true) ROW(locked_8, 8, true)
    ROW(plain_2, 2, false) ROW(plain_4, 4, false) ROW(plain_8, 8, false)
};

const catomics_trap_site *catomics_trap_sites(size_t *count) {
  *count = sizeof table / sizeof table[0];
  return table;
}
