// A signal that is not ours does what it did before our handler was there.
#ifndef PASS_ON_H
#define PASS_ON_H

#include <signal.h>

/// Async-signal-safe. `info` and `context` are what our handler was called with.
void chost_pass_on(const struct sigaction *previous, int signal, siginfo_t *info, void *context);

#endif
