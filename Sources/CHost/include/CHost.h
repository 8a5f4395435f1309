// Linux calls that Swift cannot import: CPU-set macros, per-thread usage, perf_event_open, and the two
// signal handlers of a run. Functions return 0 or a count on success and -errno on failure unless they say
// otherwise.
#ifndef CHOST_H
#define CHOST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Arguments

/// The process's arguments as the C library passed them; Swift's own come from /proc/self/cmdline, and are lost where
/// /proc cannot be read.
const char *_Nonnull const *_Nonnull chost_arguments(int *_Nonnull count);

// MARK: CPUs of the calling thread

/// Writes the allowed CPUs in rising order; returns how many, which may exceed `capacity`.
/// The corresponding C function is `sched_getaffinity`.
int chost_get_affinity(int *_Nonnull cpus, int capacity);

/// The corresponding C function is `sched_setaffinity`.
int chost_set_affinity(const int *_Nonnull cpus, int count);

/// The corresponding C function is `sched_getcpu`.
int chost_current_cpu(void);

/// Starts a thread that runs `body(context)` on `cpu` from its first instruction on.
/// The corresponding C functions are `pthread_attr_setaffinity_np` and `pthread_create`.
int chost_start_thread(
    int cpu, void *_Nullable (*_Nonnull body)(void *_Nullable), void *_Nullable context,
    pthread_t *_Nonnull thread);

typedef struct {
  uint64_t voluntary_switches, involuntary_switches;
} chost_thread_usage;

/// The corresponding C function is `getrusage(RUSAGE_THREAD)`.
chost_thread_usage chost_usage_of_thread(void);

/// How long the calling thread has been on a CPU, in nanoseconds. The corresponding C function is `clock_gettime` with
/// CLOCK_THREAD_CPUTIME_ID.
uint64_t chost_thread_cpu_ns(void);

/// A descriptor that becomes readable when the process ends, or -errno.
/// The corresponding system call is `pidfd_open` (Linux 5.3).
int chost_pidfd_open(int process);

/// Reading and writing end of a pipe, neither of which a program that is started has.
/// The corresponding C function is `pipe2` with O_CLOEXEC.
int chost_pipe(int *_Nonnull ends);

/// From now on no core file is written when this process is killed, nor a program of core_pattern's started; its /proc/self is root's.
/// Async-signal-safe. The corresponding system calls are `setrlimit(RLIMIT_CORE)` and `prctl(PR_SET_DUMPABLE)`.
void chost_leave_no_dump(void);

/// From now on this process is killed when the thread that started it ends, and if that has ended already.
/// The corresponding system call is `prctl(PR_SET_PDEATHSIG)`.
int chost_die_with_parent(int parent);

/// CLOCK_MONOTONIC_RAW in ns: not slewed by NTP, so the TSC can be calibrated against it.
uint64_t chost_monotonic_raw_ns(void);

/// Linux's timer frequency in Hz, from the resolution of CLOCK_MONOTONIC_COARSE; 0 if it cannot be told.
uint32_t chost_timer_hz(void);

// MARK: Guard: a SIGBUS met in measured code

typedef struct {
  int signal;        // 0 if the body ran to its end
  int code;          // si_code
  int trap_number;   // REG_TRAPNO of the context: 17 is #AC
} chost_guard_result;

/// Runs `body(context)` on this thread; a SIGBUS in it abandons it and is reported instead of killing the
/// process. A SIGBUS of any other thread goes to the handler that was there before.
chost_guard_result chost_guard(void (*_Nonnull body)(void *_Nullable), void *_Nullable context);

/// Installs the SIGBUS handler that `chost_guard` relies on; remembers the one before it.
int chost_guard_install(void);
/// Puts the previous SIGBUS handler back.
int chost_guard_remove(void);

// MARK: Window: a SIGBUS met at one instruction

/// What the handler saw.
typedef struct {
  uint64_t entry_tick;  // TSC when the handler began
  uint64_t exit_tick;   // and before it returned
  uint64_t address;     // si_addr
  uint64_t error_code;  // REG_ERR
  uint64_t flags;       // EFLAGS
  int code;             // si_code
  int trap_number;      // REG_TRAPNO: 17 is #AC; Linux does not set it for #DB
  int cpu;
  bool is_after;        // RIP behind the instruction (#DB, a trap) instead of at it (#AC, a fault)
} chost_trap;

/// Which instruction is watched, and what was met there.
typedef struct {
  const void *_Nonnull start;  // the instruction
  const void *_Nonnull end;    // the one behind it
  chost_trap *_Nonnull traps;  // room for `capacity` of them
  size_t capacity;
  size_t count;                // how many were met, which may exceed `capacity`
} chost_window;

/// From now on, on this thread, a SIGBUS at the instruction is recorded and the instruction stepped over. The handler runs
/// on a stack of its own, with EFLAGS.AC clear. Any other SIGBUS goes to the handler that was there before. Several threads
/// may each have a window open; one thread has one at most (-EBUSY).
int chost_window_open(chost_window *_Nonnull window);
/// Closes this thread's window; the last one puts the previous handler back.
int chost_window_close(void);

// MARK: Child: an operation in a process without a handler

typedef struct {
  int error;       // errno of what could not be done, or 0
  int signal;      // that ended the child, or 0
  int exit_code;
  bool timed_out;  // and was killed
} chost_child_result;

/// Forks, runs `body(context)`, which may only make async-signal-safe calls, with faults at their default and no core file,
/// and waits at most `timeout_ms`.
chost_child_result chost_run_in_child(
    void (*_Nonnull body)(void *_Nullable), void *_Nullable context, uint32_t timeout_ms);

// MARK: Interruption by the user

/// From now on SIGINT, SIGTERM and SIGHUP only set a flag; a second one of them ends the process at once.
int chost_interrupts_install(void);
/// Puts the previous handlers back and forgets what was received.
int chost_interrupts_remove(void);
/// The signal that asked the run to end, or 0.
int chost_interrupt_received(void);

// MARK: Stops of the process

/// From now on `chost_stop_count` counts: SIGCONT stays blocked on the calling thread and on those that it starts. It still
/// continues a stopped process.
int chost_stops_watch(void);
/// Puts the calling thread's mask back.
int chost_stops_unwatch(void);
/// How often the process was stopped and continued, as far as anyone asked in between. A thread that went on behind a stop finds it
/// counted, whichever thread it is. A SIGCONT that continued nothing counts, too; a freezer's or a debugger's stop does not.
uint64_t chost_stop_count(void);

/// How long something is waited for. A stop of the process, which may have met what is waited for too, begins it anew.
typedef struct {
  uint64_t nanoseconds, end, stops;
} chost_patience;

chost_patience chost_patience_begin(uint64_t nanoseconds);
bool chost_patience_is_over(chost_patience *_Nonnull patience);

// MARK: perf_event

/// Opens one counter for the calling thread, user mode only, disabled. Returns a descriptor or -errno.
/// The corresponding system call is `perf_event_open`.
int chost_perf_open(uint32_t type, uint64_t config, uint64_t config1, int group);
/// Starts (`true`) or stops (`false`) a counter; it keeps its count.
int chost_perf_enable(int descriptor, bool on);

typedef struct {
  uint64_t value, enabled_ns, running_ns;
} chost_perf_reading;

/// Reads the totals since the counter was opened. Where `running_ns` grew less than `enabled_ns`, the counter shared
/// its register with others and `value` missed some.
int chost_perf_read(int descriptor, chost_perf_reading *_Nonnull reading);

#endif
