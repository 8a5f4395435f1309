// The instructions that SplitBench measures, and the clock it measures them with.
//
// Everything timed is a naked function whose whole body is assembly, so a debug and a release build execute
// the same instructions. Operands are named by address only: C never dereferences them, so a misaligned
// operand is defined at every offset.
#ifndef CATOMICS_H
#define CATOMICS_H

#if !defined(__x86_64__)
#error "SplitBench measures locked x86-64 instructions: build it on, and for, x86_64 Linux."
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Operations in one block of `loop`: the body is repeated this often between two branches.
#define CATOMICS_UNROLL 16

/// Independent register adds that `loop_with_work` puts behind every operation.
#define CATOMICS_WORK_ADDS 64

/// The source operand of every instruction that takes one, truncated to the width: no byte of it is 0 or
/// equal to its neighbour, so an operation that touched only one of two lines cannot look right.
#define CATOMICS_SOURCE 0x8142241891628445ull

/// What all measured functions look like.
/// @param operand first byte of the operand
/// @param count   blocks (`loop`, `loop_with_work`) or operations (`walk`, `single`); at least 1
/// @param list    `walk`: addresses of `count` operands; `single`: `count` TSC readings, written; else unused
typedef void (*catomics_function)(void *_Nonnull operand, uint64_t count, void *_Nullable list);

/// One kernel: one instruction x width x locked or plain.
typedef struct {
  const char *_Nonnull instruction;
  uint8_t width_bytes;
  bool locked;
  /// `count` blocks of CATOMICS_UNROLL operations, each on `operand`.
  catomics_function _Nonnull loop;
  /// One operation on each address of `list`; `operand` gives the value that all of them hold. An LFENCE behind
  /// each keeps the misses of the next from overlapping it.
  catomics_function _Nonnull walk;
  /// `count` operations on `operand`, each between two fenced TSC readings whose difference goes to `list`.
  catomics_function _Nonnull single;
  /// As `loop`, with CATOMICS_WORK_ADDS independent register adds behind each operation; NULL for most kernels.
  catomics_function _Nullable loop_with_work;
} catomics_kernel;

/// The table of all kernels, in the order of the source file.
const catomics_kernel *_Nonnull catomics_kernels(size_t *_Nonnull count);

/// `single` with no instruction between the two readings: the cost of the timer itself.
void catomics_single_nothing(void *_Nonnull operand, uint64_t count, void *_Nullable list);

/// `loop` with nothing in it: `count` iterations of the loop's own two instructions.
void catomics_loop_nothing(void *_Nonnull operand, uint64_t count, void *_Nullable list);

// MARK: Probes

/// Adds executed by one count of `catomics_dependent_adds` and `catomics_independent_adds`.
#define CATOMICS_PROBE_ADDS 64

/// A chain of register-to-register adds, each waiting for the one before: one core cycle an add. (Adding an
/// immediate would not do: Golden Cove folds a chain of those at rename.)
void catomics_dependent_adds(void *_Nonnull operand, uint64_t count, void *_Nullable list);

/// Adds on eight registers in turn: as many a cycle as the core has free ALUs, fewer beside a busy SMT sibling.
void catomics_independent_adds(void *_Nonnull operand, uint64_t count, void *_Nullable list);

typedef struct {
  uint64_t gaps;           // intervals between two TSC readings longer than the threshold
  uint64_t lost_ticks;     // their sum
  uint64_t longest_ticks;  // the longest of them
  uint64_t ticks;          // how long the probe looked
} catomics_gap_report;

/// Reads the TSC as fast as it can for `duration` ticks and reports the gaps: time this core gave to others.
catomics_gap_report catomics_look_for_gaps(uint64_t duration, uint64_t threshold);

// MARK: Victims

/// Loads in one count of `catomics_victim_loads`.
#define CATOMICS_VICTIM_LOADS 64
/// Hops in one count of `catomics_victim_chase`.
#define CATOMICS_VICTIM_HOPS 16

/// Independent 8-byte loads, 64 bytes apart, from the 4 KiB at `operand`. Instruction: MOV r64, m64.
void catomics_victim_loads(void *_Nonnull operand, uint64_t count, void *_Nullable list);

/// Dependent loads: `operand` holds the address of the first, each loads that of the next; the last is put back there.
/// Instruction: MOV r64, m64.
void catomics_victim_chase(void *_Nonnull operand, uint64_t count, void *_Nullable list);

/// Reads `count` times 64 bytes in a row, from `operand` on, which is aligned to 16. Instruction: MOVDQA xmm, m128.
void catomics_victim_stream(void *_Nonnull operand, uint64_t count, void *_Nullable list);

/// `count` system calls that do next to nothing (getppid). Instruction: SYSCALL.
void catomics_victim_system_call(void *_Nonnull operand, uint64_t count, void *_Nullable list);

// MARK: Trap sites

/// EFLAGS.AC: with CR0.AM, which Linux sets, a misaligned access at CPL 3 raises #AC (SDM vol. 3A, 6.15, interrupt 17).
#define CATOMICS_ALIGNMENT_CHECK 0x40000ull

/// One `add` of CATOMICS_SOURCE at a known address.
typedef struct {
  uint8_t width_bytes;
  bool locked;
  /// Executes it once with `flags` set in EFLAGS, which it clears behind it if AC is among them. `times` takes two TSC
  /// readings, before and after.
  void (*_Nonnull run)(void *_Nonnull operand, uint64_t flags, void *_Nonnull times);
  /// First byte of the instruction, and of the one behind it.
  const void *_Nonnull start;
  const void *_Nonnull end;
} catomics_trap_site;

/// The sites: widths 2, 4 and 8, locked and plain. Instruction: LOCK ADD m, r or ADD m, r.
const catomics_trap_site *_Nonnull catomics_trap_sites(size_t *_Nonnull count);

// MARK: Contention

/// What `catomics_aggress` is to do, and what it did.
typedef struct {
  void *_Nonnull operand;        // 8 bytes, anywhere
  uint64_t addend;
  uint64_t period;               // TSC ticks from the start of one batch to that of the next; 0 is back to back
  uint64_t batch;                // operations between two looks at the clock, at least 1
  uint64_t start;                // TSC: no batch is begun before it
  uint64_t deadline;             // TSC: no batch is begun after it
  const uint32_t *_Nonnull stop; // ends it when it is not 0
  uint32_t is_running;           // written 1 after the first batch
  uint64_t operations;           // written as it goes, 0 at first, as is the following
  uint64_t longest_gap;          // between the starts of two batches, or the last and the end
  uint64_t first_tick;           // written: when it began
  uint64_t last_start;           // written: when the last batch began
  uint64_t last_tick;            // written: when it ended
} catomics_aggression;

/// Adds to `operand`, at a pace, until stopped. `context` is a `catomics_aggression *`.
/// Instruction: LOCK ADD m64, r64.
void catomics_aggress(void *_Nullable context);

/// One side of a counter that two CPUs pass to and fro.
typedef struct {
  void *_Nonnull operand;  // 8 bytes, anywhere, 0 at first
  uint64_t parity;         // 0 for the side that begins, 1 for the other
  uint64_t passes;         // at least 2
  uint64_t deadline;       // TSC
  uint64_t ticks;          // written: from this side's first pass, or its beginning where none was done, to its end
  uint64_t attempts;       // written as it goes, 0 at first: operations issued, failed ones included
  uint64_t passes_done;    // likewise: fewer than asked for if the deadline came first
} catomics_counter_pass;

/// Raises the counter by one whenever it has this side's parity, trying all the time. `context` is a
/// `catomics_counter_pass *`. Instruction: LOCK CMPXCHG m64, r64.
void catomics_pass_counter(void *_Nullable context);

/// What `catomics_read_halves` is to do, and what it saw.
typedef struct {
  void *_Nonnull operand;        // 8 bytes, anywhere
  bool is_locked;                // LOCK XADD of 0 instead of a plain load
  uint64_t start;                // TSC: nothing is read before it
  uint64_t deadline;             // TSC
  const uint32_t *_Nonnull stop;
  uint64_t reads;                // written as it goes, 0 at first
  uint64_t torn;                 // likewise: values whose upper half was not equal to the lower
} catomics_half_reading;

/// Reads a value whose halves others keep equal, until stopped. `context` is a `catomics_half_reading *`.
/// Instruction: MOV r64, m64 or LOCK XADD m64, r64.
void catomics_read_halves(void *_Nullable context);

/// Stores to a flag that another thread polls.
static inline void catomics_set_flag(uint32_t *_Nonnull flag, uint32_t value) {
  __atomic_store_n(flag, value, __ATOMIC_RELEASE);
}

/// Reads a flag that another thread sets.
static inline uint32_t catomics_flag(const uint32_t *_Nonnull flag) { return __atomic_load_n(flag, __ATOMIC_ACQUIRE); }

// MARK: Clock and CPU

typedef struct {
  uint64_t ticks;       // TSC, end - start
  uint32_t first_aux;   // IA32_TSC_AUX at the start: Linux keeps node << 12 | CPU there
  uint32_t last_aux;    // and at the end; differs if the thread migrated
} catomics_interval;

/// Calls `function` between two fenced TSC readings.
/// Instructions: RDTSCP; LFENCE before, RDTSCP; LFENCE after (SDM vol. 2B, RDTSCP).
catomics_interval catomics_time(
    catomics_function _Nonnull function, void *_Nonnull operand, uint64_t count, void *_Nullable list);

/// A timed call as data, for callers that must make it through a `void (*)(void *)`.
typedef struct {
  catomics_function _Nonnull function;
  void *_Nonnull operand;
  uint64_t count;
  void *_Nullable list;
  catomics_interval interval;  // written
} catomics_call;

/// Makes the call that `call`, a `catomics_call *`, describes.
void catomics_make_call(void *_Nullable call);

/// The TSC, read after all earlier instructions have completed.
static inline uint64_t catomics_tsc(void) {
  uint32_t low, high, aux;
  __asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(aux)::"memory");
  return (uint64_t)high << 32 | low;
}

/// Writes the line of `address` back and drops it from every cache. Instruction: CLFLUSH m8.
static inline void catomics_flush_line(const void *_Nonnull address) {
  __asm__ volatile("clflush (%0)" ::"r"(address) : "memory");
}

/// Instruction: MFENCE.
static inline void catomics_fence(void) { __asm__ volatile("mfence" ::: "memory"); }

/// Instruction: PAUSE.
static inline void catomics_pause(void) { __asm__ volatile("pause" ::: "memory"); }

typedef struct {
  uint32_t eax, ebx, ecx, edx;
} catomics_cpuid_registers;

/// Instruction: CPUID.
static inline catomics_cpuid_registers catomics_cpuid(uint32_t leaf, uint32_t subleaf) {
  catomics_cpuid_registers r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

#endif
