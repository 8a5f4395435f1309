// Innocent work, beside which an aggressor takes bus locks. Nothing here locks.
#include "CAtomics.h"

#define NL "\n\t"

#define NAKED __attribute__((naked, aligned(64))) void
#define LOOP(TIMES, BODY) ".p2align 6" NL "1:" NL ".rept " TIMES NL BODY ".endr" NL "decq %rsi" NL "jnz 1b" NL

_Static_assert(CATOMICS_VICTIM_LOADS == 64 && CATOMICS_VICTIM_HOPS == 16, "the bodies below repeat as often");

NAKED catomics_victim_loads(void *operand, uint64_t count, void *list) {
  __asm__ volatile(".p2align 6" NL "1:" NL ".set distance, 0" NL ".rept 64" NL "movq distance(%rdi), %rax" NL
                   ".set distance, distance + 64" NL ".endr" NL "decq %rsi" NL "jnz 1b" NL "ret");
}

NAKED catomics_victim_chase(void *operand, uint64_t count, void *list) {
  __asm__ volatile("movq (%rdi), %rax" NL LOOP("16", "movq (%rax), %rax" NL) "movq %rax, (%rdi)" NL "ret");
}

NAKED catomics_victim_stream(void *operand, uint64_t count, void *list) {
  __asm__ volatile(".p2align 6" NL "1:" NL "movdqa (%rdi), %xmm0" NL "movdqa 16(%rdi), %xmm1" NL
                   "movdqa 32(%rdi), %xmm2" NL "movdqa 48(%rdi), %xmm3" NL "addq $64, %rdi" NL "decq %rsi" NL
                   "jnz 1b" NL "ret");
}

NAKED catomics_victim_system_call(void *operand, uint64_t count, void *list) {
  // getppid (110) has nothing to do, and no vDSO answers it. The call keeps rsi; rcx and r11 are the caller's to lose.
  __asm__ volatile("1:" NL "movl $110, %eax" NL "syscall" NL "decq %rsi" NL "jnz 1b" NL "ret");
}
