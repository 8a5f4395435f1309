// What an operation does to a process that has no handler for it.
#include "CHost.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

chost_child_result chost_run_in_child(void (*body)(void *), void *context, uint32_t timeout_ms) {
  chost_child_result result = {0};
  pid_t child = fork();
  if (child < 0) {
    result.error = errno;
    return result;
  }
  if (child == 0) {
    // From here on async-signal-safe calls only: other threads may have held any lock.
    struct sigaction fallback = {.sa_handler = SIG_DFL};
    // A crash reporter of the parent's would turn the child's end into something else.
    const int faults[] = {SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) sigaction(faults[i], &fallback, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    chost_leave_no_dump();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    body(context);
    _exit(0);
  }
  int status = 0;
  for (chost_patience patience = chost_patience_begin((uint64_t)timeout_ms * 1000000u);;) {
    pid_t done = waitpid(child, &status, WNOHANG);
    if (done == child) break;
    if (done < 0 && errno != EINTR) {
      result.error = errno;
      return result;
    }
    if (chost_patience_is_over(&patience)) {
      result.timed_out = true;
      kill(child, SIGKILL);
      while (waitpid(child, &status, 0) < 0 && errno == EINTR);
      return result;
    }
    nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
  }
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  else result.exit_code = WEXITSTATUS(status);
  return result;
}

void chost_leave_no_dump(void) {
  struct rlimit none = {0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

int chost_die_with_parent(int parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return -errno;
  return getppid() == parent ? 0 : -ESRCH;
}
