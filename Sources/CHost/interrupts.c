// Ctrl-C asks a run to end after the group of samples at hand; a second one ends it at once.
#include "CHost.h"
#include "handler_entry.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { signal_count = sizeof signals / sizeof signals[0] };
static struct sigaction previous[signal_count];
// The signal may come on any thread; a lock-free atomic may be used in a handler (C11 7.14.1.1).
static atomic_int received;

__attribute__((used)) static void note_interrupt(int signal, siginfo_t *info, void *context) {
  if (received) {
    // The second one, whichever it is, meets the default action: the person means it.
    struct sigaction fallback;
    memset(&fallback, 0, sizeof fallback);
    fallback.sa_handler = SIG_DFL;
    sigaction(signal, &fallback, NULL);
    raise(signal);
  }
  received = signal;
}

HANDLER_WITHOUT_ALIGNMENT_CHECK(on_interrupt, note_interrupt)

int chost_interrupts_install(void) {
  received = 0;
  for (int i = 0; i < signal_count; i++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_interrupt;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (sigaction(signals[i], NULL, &previous[i]) != 0) return -errno;
    // What a parent told us to ignore (nohup) stays ignored.
    if (previous[i].sa_handler == SIG_IGN && !(previous[i].sa_flags & SA_SIGINFO)) continue;
    if (sigaction(signals[i], &action, NULL) != 0) return -errno;
  }
  return 0;
}

int chost_interrupts_remove(void) {
  received = 0;
  for (int i = 0; i < signal_count; i++) {
    if (sigaction(signals[i], &previous[i], NULL) != 0) return -errno;
  }
  return 0;
}

int chost_interrupt_received(void) { return received; }
