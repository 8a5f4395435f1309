// Split-lock and bus-lock detection at run time: who has it switched on, and what a locked access then does.
//
// The environment says how this machine departs from the usual, CPUs being counted as Linux counts them:
//   SPLITLOCK_SCOPE   core (as on silicon), thread or package: which CPUs share one MSR 0x33
//   SPLITLOCK_REFUSE  CPUs on which a write that sets bit 29 takes #GP, such as 3,5
//   SPLITLOCK_STUCK   CPUs on which a write of bit 29 is accepted and has no effect
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/bitmap.h"
#include "qemu/cutils.h"
#include "exec/exec-all.h"
#include "exec/helper-proto.h"
#include "hw/i386/topology.h"
#include "sysemu/reset.h"
#include "tcg/helper-tcg.h"
#include "tcg/split_lock.h"

#define LINE_SIZE 64
#define MAX_CPUS 1024
#define SPLIT_LOCK_DISABLE (1u << 29)
#define LOCK_SIGNAL_DISABLE (1u << 31)
#define DEBUG_BUS_LOCK 4
#define DEBUG_LBR_AND_BTF 3

// MSR 0x33, one for each thread, core or package: the CPUs that share one run in different host threads.
static uint32_t memory_control[MAX_CPUS];

static enum { SCOPE_THREAD, SCOPE_CORE, SCOPE_PACKAGE } scope = SCOPE_CORE;
static DECLARE_BITMAP(refuses, MAX_CPUS);
static DECLARE_BITMAP(is_stuck, MAX_CPUS);

static void stop(const char *variable, const char *value)
{
    fprintf(stderr, "%s=%s is not understood\n", variable, value);
    exit(1);
}

static void read_scope(void)
{
    const char *value = getenv("SPLITLOCK_SCOPE");
    if (!value || !strcmp(value, "core")) {
        scope = SCOPE_CORE;
    } else if (!strcmp(value, "thread")) {
        scope = SCOPE_THREAD;
    } else if (!strcmp(value, "package")) {
        scope = SCOPE_PACKAGE;
    } else {
        stop("SPLITLOCK_SCOPE", value);
    }
}

static void read_cpus(const char *variable, unsigned long *cpus)
{
    const char *value = getenv(variable);
    const char *rest = value;
    while (rest && *rest) {
        unsigned cpu;
        bool is_number = qemu_strtoui(rest, &rest, 10, &cpu) == 0 && cpu < MAX_CPUS;
        if (!is_number || (*rest && *rest++ != ',')) {
            stop(variable, value);
        }
        set_bit(cpu, cpus);
    }
}

// A machine reset clears both registers. INIT, by which Linux brings a CPU online, clears neither.
static void reset_machine(void *unused)
{
    CPUState *cpu;
    memset(memory_control, 0, sizeof(memory_control));
    CPU_FOREACH(cpu) {
        X86_CPU(cpu)->env.debug_control = 0;
    }
}

static void __attribute__((constructor)) read_environment(void)
{
    read_scope();
    read_cpus("SPLITLOCK_REFUSE", refuses);
    read_cpus("SPLITLOCK_STUCK", is_stuck);
    qemu_register_reset(reset_machine, NULL);
}

static uint32_t *memory_control_of(CPUX86State *env)
{
    CPUState *cpu = env_cpu(env);
    X86CPUTopoInfo topology = {
        .dies_per_pkg = env->nr_dies, .cores_per_die = cpu->nr_cores,
        .threads_per_core = cpu->nr_threads,
    };
    unsigned shift = scope == SCOPE_THREAD ? 0
        : scope == SCOPE_CORE ? apicid_core_offset(&topology) : apicid_pkg_offset(&topology);
    unsigned index = env_archcpu(env)->apic_id >> shift;
    g_assert(index < MAX_CPUS);
    return &memory_control[index];
}

// A stuck CPU's bit 29 is not wired: it reads as 0, detects nothing, and writes leave its siblings' bit.
static uint32_t unwired_bits(CPUX86State *env)
{
    return test_bit(env_cpu(env)->cpu_index, is_stuck) ? SPLIT_LOCK_DISABLE : 0;
}

static uint32_t read_memory_control(CPUX86State *env)
{
    return qatomic_read(memory_control_of(env)) & ~unwired_bits(env);
}

static bool write_memory_control(CPUX86State *env, uint64_t value)
{
    bool refused = value & SPLIT_LOCK_DISABLE && test_bit(env_cpu(env)->cpu_index, refuses);
    if (refused || value & ~(uint64_t)(SPLIT_LOCK_DISABLE | LOCK_SIGNAL_DISABLE)) {
        return false;
    }
    uint32_t *stored = memory_control_of(env), unwired = unwired_bits(env);
    uint32_t old = qatomic_read(stored), seen;
    while ((seen = qatomic_cmpxchg(stored, old, (old & unwired) | (value & ~unwired))) != old) {
        old = seen;
    }
    return true;
}

// Without bus lock detection bit 2 faults. The remaining reserved bits read as 0, as all did before.
static bool write_debug_control(CPUX86State *env, uint64_t value)
{
    if (value & DEBUG_BUS_LOCK && !has_bus_lock_detect(env)) {
        return false;
    }
    env->debug_control = value & (DEBUG_BUS_LOCK | DEBUG_LBR_AND_BTF);
    return true;
}

uint64_t split_lock_read_msr(CPUX86State *env, uint32_t index, uintptr_t return_address)
{
    if (index == MSR_DEBUG_CONTROL) {
        return env->debug_control;
    } else if (index == MSR_MEMORY_CONTROL && has_split_lock_detect(env)) {
        return read_memory_control(env);
    } else if (index == MSR_IA32_CORE_CAPABILITY && has_core_capability(env)) {
        return env->features[FEAT_CORE_CAPABILITY];
    }
    raise_exception_err_ra(env, EXCP0D_GPF, 0, return_address);
}

void split_lock_write_msr(CPUX86State *env, uint32_t index, uint64_t value, uintptr_t return_address)
{
    bool written = index == MSR_DEBUG_CONTROL ? write_debug_control(env, value)
        : index == MSR_MEMORY_CONTROL && has_split_lock_detect(env) && write_memory_control(env, value);
    if (!written) {
        raise_exception_err_ra(env, EXCP0D_GPF, 0, return_address);
    }
}

// Before a locked access. It may be the second time: QEMU restarts a misaligned one with all others stopped.
void helper_locked_access(CPUX86State *env, target_ulong address, uint32_t size)
{
    bool is_split = address % LINE_SIZE + size > LINE_SIZE;
    bool is_disabled = has_split_lock_detect(env) && read_memory_control(env) & SPLIT_LOCK_DISABLE;
    if ((is_split && is_disabled) || (address % size && checks_alignment(env))) {
        raise_exception_err_ra(env, EXCP11_ALGN, 0, GETPC());
    }
    env->took_bus_lock = is_split;
}

// After a locked instruction, with RIP already past it: a trap. Single-stepping reports in the same #DB.
void helper_trap_bus_lock(CPUX86State *env)
{
    bool took_bus_lock = env->took_bus_lock;
    env->took_bus_lock = false;
    if (took_bus_lock && env->debug_control & DEBUG_BUS_LOCK) {
        env->dr[6] &= ~(target_ulong)DR6_NO_BUS_LOCK;
        if (env->eflags & TF_MASK) {
            env->dr[6] |= DR6_BS;
        }
        raise_exception(env, EXCP01_DB);
    }
}
