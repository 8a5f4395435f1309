// A SIGBUS raised by measured code becomes a result of that measurement.
#include "CHost.h"
#include "pass_on.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

// What the handler needs of the thread it interrupts; armed only while a body runs.
static _Thread_local struct {
  volatile sig_atomic_t armed;
  sigjmp_buf resume;
  chost_guard_result result;
} guard;

static struct sigaction previous;

// The mask need not be saved, which would take a system call: SA_NODEFER leaves SIGBUS unblocked in the handler. Only
// ThreadSanitizer's own entry blocks all signals.
#if defined(__has_feature) && __has_feature(thread_sanitizer)
enum { save_mask = 1 };
#else
enum { save_mask = 0 };
#endif

static void on_bus_error(int signal, siginfo_t *info, void *context) {
  // Only Linux raises faults of this thread (si_code > 0); a SIGBUS sent by a process is not ours.
  if (!guard.armed || info->si_code <= 0) {
    chost_pass_on(&previous, signal, info, context);
    return;
  }
  guard.armed = 0;
  guard.result.signal = signal;
  guard.result.code = info->si_code;
  guard.result.trap_number = (int)((ucontext_t *)context)->uc_mcontext.gregs[REG_TRAPNO];
  siglongjmp(guard.resume, 1);
}

chost_guard_result chost_guard(void (*body)(void *), void *context) {
  memset(&guard.result, 0, sizeof guard.result);
  if (sigsetjmp(guard.resume, save_mask) == 0) {
    guard.armed = 1;
    body(context);
    guard.armed = 0;
  }
  return guard.result;
}

int chost_guard_install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  return sigaction(SIGBUS, &action, &previous) == 0 ? 0 : -errno;
}

int chost_guard_remove(void) { return sigaction(SIGBUS, &previous, NULL) == 0 ? 0 : -errno; }
