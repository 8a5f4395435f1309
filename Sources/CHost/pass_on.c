#include "pass_on.h"

#include <string.h>

void chost_pass_on(const struct sigaction *previous, int signal, siginfo_t *info, void *context) {
  if (previous->sa_flags & SA_SIGINFO) {
    previous->sa_sigaction(signal, info, context);
    return;
  }
  // One that a process sent can be ignored; a fault cannot: returning would repeat it for ever.
  if (previous->sa_handler == SIG_IGN && info->si_code <= 0) return;
  if (previous->sa_handler != SIG_DFL && previous->sa_handler != SIG_IGN) {
    previous->sa_handler(signal);
    return;
  }
  struct sigaction fallback;
  memset(&fallback, 0, sizeof fallback);
  fallback.sa_handler = SIG_DFL;
  sigaction(signal, &fallback, NULL);
  raise(signal);
}
