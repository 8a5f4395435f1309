"""Where our lines go in QEMU's source: the table that insert.py works through.

An anchor is the shortest text that occurs exactly once in its file; one that does not stops the build.
"""

from typing import Literal, NamedTuple


class Insertion(NamedTuple):
    file: str
    where: Literal["before", "after", "instead of"]
    anchor: str
    text: str


CPU = "target/i386"
TCG = "target/i386/tcg"
SYSTEM = "target/i386/tcg/sysemu"

FILES = {
    "split_lock.h": TCG,
    "split_lock_translate.c.inc": TCG,
    "split_lock.c": SYSTEM,
}
"""Our files, and the folders that they go to."""

INSERTIONS = [
    # CPUID: features that CPU models name and that an emulated CPU was not allowed to have.
    Insertion(f"{CPU}/cpu.c", "after", "CPUID_7_0_ECX_PKS | CPUID_7_0_ECX_VAES",
              " | CPUID_7_0_ECX_BUS_LOCK_DETECT"),
    Insertion(f"{CPU}/cpu.c", "instead of", "#define TCG_7_0_EDX_FEATURES 0",
              "#define TCG_7_0_EDX_FEATURES CPUID_7_0_EDX_CORE_CAPABILITY"),
    Insertion(f"{CPU}/cpu.c", "after", "    [FEAT_CORE_CAPABILITY] = {\n",
              "        .tcg_features = MSR_CORE_CAP_SPLIT_LOCK_DETECT,\n"),

    # State of a CPU: outside the part that INIT clears.
    Insertion(f"{CPU}/cpu.h", "after", "    struct {} end_reset_fields;\n",
              "\n    uint64_t debug_control; /* MSR 0x1D9 */\n    bool took_bus_lock;\n"),

    # Registers.
    Insertion(f"{SYSTEM}/meson.build", "after", "  'misc_helper.c',\n", "  'split_lock.c',\n"),
    Insertion(f"{SYSTEM}/misc_helper.c", "after", '#include "tcg/helper-tcg.h"\n',
              '#include "tcg/split_lock.h"\n'),
    Insertion(f"{SYSTEM}/misc_helper.c", "after", "env->sysenter_cs = val & 0xffff;\n        break;\n",
              "    case MSR_MEMORY_CONTROL:\n"
              "    case MSR_IA32_CORE_CAPABILITY:\n"
              "    case MSR_DEBUG_CONTROL:\n"
              "        split_lock_write_msr(env, env->regs[R_ECX], val, GETPC());\n"
              "        break;\n"),
    Insertion(f"{SYSTEM}/misc_helper.c", "after", "val = env->sysenter_cs;\n        break;\n",
              "    case MSR_MEMORY_CONTROL:\n"
              "    case MSR_IA32_CORE_CAPABILITY:\n"
              "    case MSR_DEBUG_CONTROL:\n"
              "        val = split_lock_read_msr(env, env->regs[R_ECX], GETPC());\n"
              "        break;\n"),
    Insertion(f"{SYSTEM}/bpt_helper.c", "after", '#include "tcg/helper-tcg.h"\n',
              '#include "tcg/split_lock.h"\n'),
    Insertion(f"{SYSTEM}/bpt_helper.c", "instead of", "t0 | DR6_FIXED_1", "t0 | dr6_fixed_bits(env)"),

    # Locked accesses.
    Insertion(f"{CPU}/helper.h", "after", "DEF_HELPER_1(rdrand, tl, env)\n",
              "DEF_HELPER_3(locked_access, void, env, tl, i32)\n"
              "DEF_HELPER_1(trap_bus_lock, void, env)\n"),
    Insertion(f"{TCG}/translate.c", "before", "static inline void gen_op_ld_v(",
              '#include "split_lock_translate.c.inc"\n\n'),
    Insertion(f"{TCG}/translate.c", "after", "            /* for xchg, lock is implicit */\n",
              "            s->prefix |= PREFIX_LOCK;\n"),
    Insertion(f"{TCG}/translate.c", "after", "        dc->base.pc_next = pc_next;\n",
              "        gen_trap_bus_lock(dc);\n"),
    # A trap after an instruction that ran with all others stopped would lose the flags that it computed.
    Insertion("accel/tcg/cpu-exec.c", "before", "    g_assert(cpu_in_exclusive_context(cpu));\n",
              "    cpu_exec_exit(cpu);\n"),

    # Alignment checks. AC is among a translation's flags; at CPL 3 it counts only with CR0.AM.
    Insertion(f"{CPU}/cpu.h", "before", "    if (env->hflags & HF_CS64_MASK) {\n        *cs_base = 0;",
              "    if ((*flags & HF_CPL_MASK) == 3 && !(env->cr[0] & CR0_AM_MASK)) {\n"
              "        *flags &= ~HF_AC_MASK;\n"
              "    }\n"),
    Insertion(f"{TCG}/translate.c", "after", "tcg_gen_qemu_ld_tl(t0, a0, s->mem_index, idx | MO_LE",
              " | checked_alignment(s)"),
    Insertion(f"{TCG}/translate.c", "after", "tcg_gen_qemu_st_tl(t0, a0, s->mem_index, idx | MO_LE",
              " | checked_alignment(s)"),
    Insertion(f"{TCG}/excp_helper.c", "after", '#include "helper-tcg.h"\n', '#include "split_lock.h"\n'),
    Insertion(f"{TCG}/excp_helper.c", "before", "    raise_exception_ra(env, EXCP0D_GPF, retaddr);\n",
              "    if (checks_alignment(env)) {\n"
              "        raise_exception_err_ra(env, EXCP11_ALGN, 0, retaddr);\n"
              "    }\n"),
]
