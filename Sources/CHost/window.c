// A SIGBUS met at one instruction, recorded and stepped over.
#include "CHost.h"
#include "handler_entry.h"
#include "pass_on.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { stack_bytes = 64 << 10, alignment_check = 0x40000 };

// What the handler needs of the thread it interrupts; NULL outside a window.
static _Thread_local chost_window *volatile current;
static _Thread_local stack_t stack_before;
static _Thread_local void *stack;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;
static int open_windows;

static inline uint64_t clock_now(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

__attribute__((used)) static void record_trap(int signal, siginfo_t *info, void *context) {
  uint64_t entry = clock_now();
  chost_window *window = current;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  uintptr_t place = (uintptr_t)registers[REG_RIP];
  // Linux raises faults with si_code > 0; behind the instruction is where #DB, a trap, leaves RIP.
  if (!window || info->si_code <= 0 || (place != (uintptr_t)window->start && place != (uintptr_t)window->end)) {
    chost_pass_on(&previous, signal, info, context);
    return;
  }
  if (window->count < window->capacity) {
    chost_trap *trap = &window->traps[window->count];
    trap->entry_tick = entry;
    trap->code = info->si_code;
    trap->address = (uint64_t)(uintptr_t)info->si_addr;
    trap->trap_number = (int)registers[REG_TRAPNO];
    trap->error_code = (uint64_t)registers[REG_ERR];
    trap->is_after = place == (uintptr_t)window->end;
    trap->flags = (uint64_t)registers[REG_EFL];
    trap->cpu = sched_getcpu();
  }
  window->count++;
  registers[REG_RIP] = (greg_t)(uintptr_t)window->end;
  registers[REG_EFL] &= ~(greg_t)alignment_check;
  if (window->count <= window->capacity) window->traps[window->count - 1].exit_tick = clock_now();
}

HANDLER_WITHOUT_ALIGNMENT_CHECK(on_bus_error, record_trap)

int chost_window_open(chost_window *window) {
  if (current) return -EBUSY;
  stack = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  stack_t mine = {.ss_sp = stack, .ss_size = stack_bytes};
  int error = sigaltstack(&mine, &stack_before) == 0 ? 0 : -errno;
  if (!error) {
    pthread_mutex_lock(&lock);
    if (open_windows == 0) {
      struct sigaction action;
      memset(&action, 0, sizeof action);
      action.sa_sigaction = on_bus_error;
      action.sa_flags = SA_SIGINFO | SA_ONSTACK;
      sigemptyset(&action.sa_mask);
      // Known before ours is in place: a SIGBUS of another thread's may come at once.
      error = sigaction(SIGBUS, NULL, &previous) == 0 && sigaction(SIGBUS, &action, NULL) == 0 ? 0 : -errno;
    }
    if (!error) open_windows++;
    pthread_mutex_unlock(&lock);
    if (error) sigaltstack(&stack_before, NULL);
  }
  if (error) {
    munmap(stack, stack_bytes);
    return error;
  }
  current = window;
  return 0;
}

int chost_window_close(void) {
  if (!current) return -EINVAL;
  current = NULL;
  pthread_mutex_lock(&lock);
  int error = 0;
  if (--open_windows == 0 && sigaction(SIGBUS, &previous, NULL) != 0) error = -errno;
  pthread_mutex_unlock(&lock);
  if (sigaltstack(&stack_before, NULL) != 0 && !error) error = -errno;
  munmap(stack, stack_bytes);
  return error;
}
