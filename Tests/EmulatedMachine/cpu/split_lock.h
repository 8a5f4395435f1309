// What split locks and bus locks need from the rest of the CPU: its registers and its alignment rule.
#ifndef SPLIT_LOCK_H
#define SPLIT_LOCK_H

#include "cpu.h"

#define MSR_MEMORY_CONTROL 0x33
#define MSR_DEBUG_CONTROL 0x1d9
#define DR6_NO_BUS_LOCK (1 << 11)

// MSR 0x33, 0xCF and 0x1D9; an access that the CPU does not allow leaves through #GP.
uint64_t split_lock_read_msr(CPUX86State *env, uint32_t index, uintptr_t return_address);
void split_lock_write_msr(CPUX86State *env, uint32_t index, uint64_t value, uintptr_t return_address);

static inline bool has_core_capability(CPUX86State *env)
{
    return env->features[FEAT_7_0_EDX] & CPUID_7_0_EDX_CORE_CAPABILITY;
}

static inline bool has_split_lock_detect(CPUX86State *env)
{
    return has_core_capability(env) && env->features[FEAT_CORE_CAPABILITY] & MSR_CORE_CAP_SPLIT_LOCK_DETECT;
}

static inline bool has_bus_lock_detect(CPUX86State *env)
{
    return env->features[FEAT_7_0_ECX] & CPUID_7_0_ECX_BUS_LOCK_DETECT;
}

// The bits of DR6 that software cannot clear. With bus lock detection bit 11 is a status, active low.
// Linux 6.1 clears it by mistake as it boots: a CPU's first single-step then reports a bus lock.
static inline target_ulong dr6_fixed_bits(CPUX86State *env)
{
    return has_bus_lock_detect(env) ? DR6_FIXED_1 & ~(target_ulong)DR6_NO_BUS_LOCK : DR6_FIXED_1;
}

// EFLAGS.AC traps at CPL 3 only: at CPL 0 the same bit lets Linux through SMAP.
static inline bool checks_alignment(CPUX86State *env)
{
    return env->eflags & AC_MASK && env->cr[0] & CR0_AM_MASK && (env->hflags & HF_CPL_MASK) == 3;
}

#endif
