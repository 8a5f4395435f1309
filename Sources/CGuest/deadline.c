// An entry into a guest that ends at a deadline whatever the guest does.
#include "CGuest.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

// What the handler needs of the thread that it interrupts. `immediate_exit` closes the gap in which a signal comes before
// KVM_RUN is entered (api.rst, kvm_run).
static _Thread_local struct kvm_run *volatile current;
static _Thread_local timer_t timer;
static _Thread_local sigset_t mask_before;

static void on_deadline(int signal) {
  (void)signal;
  if (current) current->immediate_exit = 1;
}

int cguest_deadline_begin(struct kvm_run *run, uint32_t milliseconds) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_deadline;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGUSR2, &action, NULL) != 0) return -errno;
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGUSR2;
  event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return -errno;
  run->immediate_exit = 0;
  current = run;
  // Threads of libdispatch block every signal.
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGUSR2);
  pthread_sigmask(SIG_UNBLOCK, &ours, &mask_before);
  struct timespec at = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  // Again and again: one may come while the thread is in another system call.
  struct itimerspec times = {.it_value = at, .it_interval = {.tv_nsec = 10000000}};
  if (timer_settime(timer, 0, &times, NULL) != 0) {
    int error = errno;
    cguest_deadline_end();
    return -error;
  }
  return 0;
}

void cguest_deadline_end(void) {
  timer_delete(timer);
  if (current) current->immediate_exit = 0;
  current = NULL;
  pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
}
