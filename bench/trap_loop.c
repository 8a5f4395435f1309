// How long a trap and its signal take, as one would measure it in a hurry, and nothing of SplitBench: EFLAGS.AC, a misaligned
// add, a handler that steps over it. Usage: trap_loop CPU COUNT; prints the median round trip in ns.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>
#include <x86intrin.h>

extern const char behind[];

static void step_over(int signal, siginfo_t *info, void *context) {
  // The handler inherits AC, and what follows may be misaligned.
  __asm__ volatile("pushfq\n\tandq $~0x40000, (%%rsp)\n\tpopfq" ::: "memory", "cc");
  (void)signal, (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  registers[REG_RIP] = (greg_t)behind;
  registers[REG_EFL] &= ~(greg_t)0x40000;
}

__attribute__((noinline)) static uint64_t trap(void *operand) {
  unsigned aux;
  _mm_lfence();
  uint64_t start = __rdtsc();
  _mm_lfence();
  // Past the red zone.
  __asm__ volatile("subq $256, %%rsp\n\tpushfq\n\torq $0x40000, (%%rsp)\n\tpopfq\n\tlock addq %1, (%0)\n\t.globl behind\nbehind:\n\t"
                   "addq $256, %%rsp" ::"r"(operand), "r"(1L) : "memory", "cc");
  uint64_t end = __rdtscp(&aux);
  _mm_lfence();
  return end - start;
}

static int ascending(const void *a, const void *b) {
  return (*(uint64_t *)a > *(uint64_t *)b) - (*(uint64_t *)a < *(uint64_t *)b);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_RAW, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  int count = atoi(argv[2]);
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(atoi(argv[1]), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) return 2;
  struct sigaction action = {.sa_sigaction = step_over, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  stack_t stack = {.ss_sp = aligned_alloc(4096, 65536), .ss_size = 65536};
  if (sigaltstack(&stack, NULL) != 0 || sigaction(SIGBUS, &action, NULL) != 0) return 2;
  char *memory = aligned_alloc(4096, 4096);
  for (int i = 0; i < 4096; i++) memory[i] = 0;
  uint64_t *ticks = malloc((size_t)count * sizeof *ticks);
  double begin = now();
  uint64_t first = __rdtsc();
  for (int i = 0; i < count; i++) ticks[i] = trap(memory + 60);
  double rate = (double)(__rdtsc() - first) / (now() - begin);
  qsort(ticks, (size_t)count, sizeof *ticks, ascending);
  printf("%.1f\n", (double)ticks[count / 2] / rate);
  return memory[60] != 0;
}
