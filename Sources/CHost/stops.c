// A stop of the process (SIGSTOP, Ctrl-Z) is in the time of whatever it met, where it looks like a sleep of Linux's making.
//
// SIGSTOP shows itself to nobody; SIGCONT, which ends the stop, does. Linux queues it under the lock that every stopped thread
// takes before it goes on (kernel/signal.c: prepare_signal, get_signal), and a blocked one stays queued. So whichever thread
// asks finds it, where a handler might run later, on another thread, or in the midst of a system call.
#include "CHost.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t count;
static bool was_blocked;

static sigset_t continuation(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCONT);
  return set;
}

int chost_stops_watch(void) {
  sigset_t set = continuation(), before;
  int error = pthread_sigmask(SIG_BLOCK, &set, &before);
  if (!error) was_blocked = sigismember(&before, SIGCONT) == 1;
  return -error;
}

int chost_stops_unwatch(void) {
  sigset_t set = continuation();
  return was_blocked ? 0 : -pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

uint64_t chost_stop_count(void) {
  sigset_t set = continuation();
  const struct timespec at_once = {0};
  // Whoever takes it from the queue counts it before another thread may ask.
  pthread_mutex_lock(&lock);
  if (sigtimedwait(&set, NULL, &at_once) == SIGCONT) count++;
  uint64_t now = count;
  pthread_mutex_unlock(&lock);
  return now;
}
