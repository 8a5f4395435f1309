"""What Linux does in each boot, written down from its source, not from what was seen.

The source is arch/x86/kernel/cpu/intel.c of Linux 6.1, and kernel/traps.c; the functions named are theirs.
"""

from dataclasses import dataclass, field

# What columns of a row of trap.csv hold; several words: one of them.
Columns = dict[str, str | tuple[str, ...]]

# MARK: What Linux answers to a split lock


@dataclass(frozen=True, eq=False)
class Answer:
    """What a CPU answers to a split lock, in a process that handles SIGBUS, and in a child that does not."""
    in_process: Columns
    child: Columns
    # The kind that one row must show. Not all may: Linux limits its lines to ten in five seconds, and in warn
    # mode detection is off for two jiffies after each #AC.
    kind: str
    # Whether the operations are performed, by themselves or before a trap.
    performed: bool = True
    # What one operation on each CPU is delayed at least, in ms.
    sleep_ms: float = 0


def survives(*kinds: str) -> tuple[Columns, Columns]:
    """What rows hold of operations that meet no signal."""
    both = {"outcome": "completed", "kind": kinds, "signal": ""}
    return both | {"trapped": "0", "si_code": "", "trap_number": ""}, both | {"killed": "0"}


SIGBUS = {"outcome": "trapped", "signal": "7", "si_code": "1", "si_address": "0"}
# do_trap with X86_TRAP_AC: the number of the trap is told. A fault: the operation is not performed.
FAULT = SIGBUS | {"trap_number": "17", "error_code": "0", "rip_side": "at", "memory_changed": "false"}
# force_sig_fault: trap number and error code stay what they were. A trap: the operation is performed.
TRAP = SIGBUS | {"rip_side": "after", "memory_changed": "true"}
KILLED = {"outcome": "killed", "signal": "7"}
BY_LINUX = {"attribution": "linux"}

# EFLAGS.AC, the control: #AC in every mode.
CONTROL = FAULT | {"kind": "EFLAGS.AC"}
CONTROL_IN_CHILD = KILLED | {"kind": "EFLAGS.AC"}

NATIVE = Answer(*survives("silent"), kind="silent")
# split_lock_warn: a line a task, msleep_interruptible(10), then two jiffies without detection to retry.
AC_WARNS = Answer(*survives("#AC", "silent"), kind="#AC", sleep_ms=10)
# The same with kernel.split_lock_mitigate 0: no sleep.
AC_WARNS_AT_ONCE = Answer(*survives("#AC", "unknown"), kind="#AC")
# handle_user_split_lock returns false, and exc_alignment_check goes on to do_trap.
AC_KILLS = Answer(FAULT | BY_LINUX | {"kind": "#AC"}, KILLED | {"kind": "#AC"}, kind="#AC", performed=False)
# handle_bus_lock: a line an operation.
DB_WARNS = Answer(*survives("#DB", "unknown"), kind="#DB")
# handle_bus_lock: force_sig_fault.
DB_KILLS = Answer(TRAP | BY_LINUX | {"kind": "#DB"}, KILLED | {"kind": "#DB"}, kind="#DB")
# Both: the operation that runs again after #AC takes a bus lock.
AC_AND_DB_WARN = Answer(*survives("#AC", "#DB", "silent"), kind="#AC", sleep_ms=10)
# handle_bus_lock: msleep(20) until the next second's allowance, then a line.
DB_LIMITS = Answer(*survives("#DB", "silent"), kind="#DB", sleep_ms=20)

# MARK: What sld_state_show and __split_lock_setup print at boot

AC_WARNING = "#AC: crashing the kernel on kernel split_locks and warning on user-space split_locks"
AC_FATAL = "#AC: crashing the kernel on kernel split_locks and sending SIGBUS on user-space split_locks"
DB_WARNING = "#DB: warning on user-space bus_locks"
DB_FATAL = "#DB: sending SIGBUS on user-space bus_locks"
DB_LIMIT = "#DB: setting system wide bus lock rate limit to 100/sec"
FAILED = "MSR access failed: Disabled"
DISABLED = "disabled"

# MARK: The table


@dataclass(frozen=True)
class Scope:
    """What `run --only scope` concludes of a bit; several where the topology cannot tell them apart."""
    scopes: tuple[str, ...]
    siblings_share: bool | None = None
    by_behaviour: bool | None = None


# IA32_DEBUGCTL is each thread's; what #DB does in warn shows in the log alone.
DB_OF_THREAD = Scope(("per-thread",), siblings_share=False)


@dataclass(frozen=True)
class Met:
    """What a tight loop of split locks meets under a setting; several kinds: one of them."""
    kinds: tuple[str, ...]
    armed_cpus: str
    # Whether operations are put to sleep, or meet SIGBUS, which kills a child.
    sleeps: bool = False
    dies: bool = False
    # Whether the machine takes the setting whole.
    whole: bool = True

    @property
    def costs(self) -> tuple[str, ...]:
        """What settings-cost.csv says of cells that split."""
        if self.dies:
            return ("trapped",)
        # split_lock_warn sleeps at each first operation behind an open window; a rate limit lets some pass.
        if self.sleeps:
            return ("delayed",) if self.kinds == ("#AC",) else ("delayed", "completed")
        return ("completed",)


SILENT = ("silent",)

# In warn; CPUs 0 and 1 share a core, and its bit. bld-on beside #AC: the operation that runs again meets #DB.
WARN_SETTINGS = {
    "as-found": Met(("#AC",), "0-7", sleeps=True),
    "sld-off": Met(SILENT, "none"),
    "sld-on": Met(("#AC",), "0-7", sleeps=True),
    "sld-on-own-core": Met(("#AC",), "0-1", sleeps=True),
    "sld-on-sibling": Met(("#AC",), "0-1", sleeps=True),
    "sld-on-other-core": Met(SILENT, "2-3"),
    "bld-on": Met(("#AC",), "0-7", sleeps=True),
    # A line an operation, or a task, ten in five seconds: without one nothing can be told.
    "sld-off+bld-on": Met(("#DB", "unknown"), "none"),
    "mitigate-off": Met(("#AC", "unknown"), "0-7"),
}

# In fatal; a bit of its own for each CPU, and CPU 3 refuses it.
FATAL_SETTINGS = {
    "as-found": Met(("#AC",), "0-2,4-7", dies=True),
    "sld-off": Met(SILENT, "none"),
    "sld-on": Met(("#AC",), "0-2,4-7", dies=True, whole=False),
    "sld-on-own-core": Met(("#AC",), "1", dies=True),
    "sld-on-sibling": Met(SILENT, "0"),
    "sld-on-other-core": Met(SILENT, "2"),
    "bld-on": Met(("#AC",), "0-2,4-7", dies=True),
    "sld-off+bld-on": Met(("#DB",), "none", dies=True),
}

# Booted with off, armed by hand: handle_user_split_lock warns all the same; handle_bus_lock does nothing.
OFF_SETTINGS = {
    "as-found": Met(SILENT, "none"),
    "sld-on": Met(("#AC",), "0-3", sleeps=True),
    "bld-on": Met(SILENT, "none"),
}

# Booted with ratelimit, which arms #DB alone; armed by hand, #AC warns all the same, and the operation that runs again meets
# #DB. Without #DB nothing limits.
RATELIMIT_SETTINGS = {
    "as-found": Met(("#DB",), "none", sleeps=True),
    "sld-on": Met(("#AC", "#DB"), "0", sleeps=True),
    "bld-off": Met(SILENT, "none"),
    "sld-on+bld-off": Met(("#AC",), "0", sleeps=True),
}


# #DB alone, in warn: a line an operation, ten in five seconds. There is no bit 29.
BUS_LOCK_SETTINGS = {
    "as-found": Met(("#DB", "unknown"), ""),
    "bld-off": Met(SILENT, ""),
}


@dataclass(frozen=True)
class Toggled:
    """What `run --only toggle` finds from a CPU."""
    writer: int
    # The CPUs that it looks at, by their relation to the writer.
    cpus: dict[str, int]
    # Those of them that refuse the write.
    refusing: tuple[int, ...] = ()


# What a guest of a stock KVM without detection meets, by part, quantity, condition and CPL: kvm_set_msr_common and
# kvm_get_msr_common (arch/x86/kvm/x86.c) know neither register, and CPUID is what the VMM gave. QEMU interprets all of it.
STOCK_KVM = {
    ("kvm", "virtualisation", "", ""): "interpreting",
    ("kvm", "left-behind", "", ""): "nothing",
    ("kvm", "module", "", ""): "kvm_amd",
    ("kvm", "bus-lock-exit", "", ""): "not offered",
    ("kvm", "user-space-msrs", "", ""): "offered",
    **{("loop", "register-add", "", cpl): "interpreted" for cpl in "03"},
    **{("count", "aligned", "", cpl): "exact" for cpl in "03"},
    **{("register", f"{access}-0x{register}", "as-kvm", "0"): "#GP"
       for access in ("rdmsr", "wrmsr") for register in ("33", "cf")},
    ("register", "rdmsr-0xcf", "answered-by-us", "0"): "0x20",
    ("register", "wrmsr-0xcf", "answered-by-us", "0"): "#GP",
    ("register", "wrmsr-0x33", "answered-by-us", "0"): "taken",
    ("register", "rdmsr-0x33", "answered-by-us", "0"): "0x20000000",
    ("cpuid", "core-capabilities", "by-kvm", ""): "not offered",
    ("cpuid", "bus-lock-detect", "by-kvm", ""): "not offered",
    **{("cpuid", bit, f"{what}-by-us", cpl): seen
       for bit in ("core-capabilities", "bus-lock-detect", "uc-lock-disable")
       for what, seen in (("offered", "seen"), ("withheld", "not seen")) for cpl in "03"},
    ("alignment", "misaligned-load", "eflags-ac", "3"): "#AC, interpreted",
    ("alignment", "misaligned-load", "eflags-ac", "0"): "performed, interpreted",
    ("answer", "line-split", "", "3"): "silent, interpreted",
    ("answer", "line-split", "", "0"): "silent, interpreted",
    ("answer", "line-split", "guest-set-sld", "3"): "silent, interpreted",
    ("answer", "line-split", "eflags-ac", "3"): "#AC in the guest, interpreted",
    ("answer", "rip", "eflags-ac", "3"): "at, interpreted",
    ("exit", "port-exit", "", "0"): "interpreted",
    ("vcpus", "line-split", "", "3"): "exact, interpreted",
}

# Why there is no guest, by step.
NO_KVM = {
    "no-kvm": "/dev/kvm is not there",
    "forbidden-kvm": "/dev/kvm: not permitted",
    "old-kvm": "/dev/kvm is no KVM with API 12",
}


@dataclass(frozen=True)
class Expected:
    # What doctor says of the policy: its mode, and whether Linux knows #AC and #DB.
    mode: str
    ac: bool
    db: bool
    # What Linux says at boot.
    said: list[str]
    # The answer of each CPU from 0 on, in each run of the trap experiment.
    runs: dict[str, list[Answer]]
    # Where the msr driver lets doctor look: bit 29 of MSR 0x33 of each CPU, and bit 2 of DEBUGCTL of all.
    armed: list[bool] | None = None
    bus_locks_armed: bool = False
    rate_limit: int | None = None
    # Whom each detection bit belongs to, and whether SMT siblings share it, by register and by behaviour.
    scopes: dict[str, Scope] = field(default_factory=dict)
    # What a tight loop meets, by setting.
    settings: dict[str, Met] = field(default_factory=dict)
    # What a detection bit is when its CPU is back online, and what a split lock meets there.
    hotplug: dict[str, bool] = field(default_factory=dict)
    met_after_hotplug: str = ""
    # Whether split locks pass on a CPU while detection is off on another's core, by relation.
    leaks: dict[str, bool] = field(default_factory=dict)
    toggled: Toggled | None = None
    # What `run --only guest` says in words, by part, quantity, condition and CPL.
    guest: dict[tuple[str, str, str, str], str] = field(default_factory=dict)
    # kernel.split_lock_mitigate, in each step that asks doctor.
    mitigates: dict[str, bool] = field(default_factory=lambda: {"doctor": True})
    # Whether the trap experiment must find the rhythm of Linux's delays, which the policy model foretells.
    has_rhythm: bool = False


ON, OFF = True, False

EXPECTED = {
    # No parameter: sld_state_setup chooses warn where the CPU detects anything.
    "one-sld": Expected("warn", True, False, [AC_WARNING], {"trap": [AC_WARNS]}, armed=[ON]),
    "one-bld-fatal": Expected("fatal", False, True, [DB_FATAL], {"trap": [DB_KILLS]}),
    # ratelimit is #DB's: split_lock_init takes bit 29 away.
    "one-both-ratelimit": Expected(
        "ratelimit", True, True, [DB_LIMIT], {"trap": [DB_LIMITS]},
        armed=[OFF], bus_locks_armed=True, rate_limit=100, settings=RATELIMIT_SETTINGS, has_rhythm=True),
    "one-neither-fatal": Expected("unsupported", False, False, [], {"trap": [NATIVE]}, guest=STOCK_KVM),
    # split_lock_init does not look at what split_lock_verify_msr returns: Linux believes CPU 2 armed.
    "four-sld-fatal-stuck": Expected(
        "fatal", True, False, [AC_FATAL], {"trap": [AC_KILLS, AC_KILLS, NATIVE, AC_KILLS]},
        armed=[ON, ON, OFF, ON], scopes={"sld": Scope(("per-thread", "per-core"))}),
    # Without #DB nothing limits, and nothing is said.
    "four-sld-ratelimit": Expected(
        "ratelimit", True, False, [], {"trap": [NATIVE] * 4}, armed=[OFF] * 4, rate_limit=100),
    "four-bld-warn": Expected(
        "warn", False, True, [DB_WARNING], {"trap": [DB_WARNS] * 4}, bus_locks_armed=True,
        settings=BUS_LOCK_SETTINGS),
    "four-both-off": Expected("off", True, True, [DISABLED], {"trap": [NATIVE] * 4}, armed=[OFF] * 4,
        scopes={"bld": Scope(("per-thread", "per-core"))}, settings=OFF_SETTINGS,
        hotplug={"sld": OFF, "bld": OFF}, met_after_hotplug="nothing",
        toggled=Toggled(1, {"self": 1, "same-l3": 0})),
    # The boot CPU fails the test in __split_lock_setup: Linux gives #AC up; bus_lock_init arms #DB.
    # But cpu_model_supports_sld is set by then, so that split_lock_init arms #AC on all others.
    "four-both-boot-cpu-stuck": Expected(
        "warn", False, True, [FAILED, DB_WARNING], {"trap": [DB_WARNS] + [AC_AND_DB_WARN] * 3},
        armed=[OFF] + [ON] * 3, bus_locks_armed=True),
    "two-sockets-sld-warn": Expected(
        "warn", True, False, [AC_WARNING],
        {
            "trap": [AC_WARNS] * 2,
            "trap-mitigate-0": [AC_WARNS_AT_ONCE] * 2,
            "trap-mitigate-1": [AC_WARNS] * 2,
        },
        armed=[ON] * 8, mitigates={"doctor": True, "mitigate-0": False, "mitigate-1": True},
        has_rhythm=True),
    # Off, but bit 29 set by hand on CPU 1, and so on its core: handle_user_split_lock warns nevertheless.
    "two-sockets-sld-by-hand": Expected(
        "off", True, False, [DISABLED], {"trap": [AC_WARNS] * 2 + [NATIVE] * 6},
        armed=[ON] * 2 + [OFF] * 6),
    # bus_lock_init leaves split locks to #AC where both are there.
    "two-sockets-both": Expected(
        "warn", True, True, [AC_WARNING], {"trap": [AC_WARNS] * 8}, armed=[ON] * 8,
        scopes={"sld": Scope(("per-core",), siblings_share=True, by_behaviour=True), "bld": DB_OF_THREAD},
        settings=WARN_SETTINGS, hotplug={"sld": ON, "bld": OFF}, met_after_hotplug="#AC, delayed",
        # split_lock_warn takes the bit off the core that the task runs on.
        leaks={"self": True, "smt-sibling": True, "same-l3": False, "other-package": False},
        toggled=Toggled(1, {"self": 1, "smt-sibling": 0, "same-l3": 2, "other-package": 4})),
    # wrmsrl_safe: the refused write on CPU 3 goes unnoticed. Its sibling has a bit of its own here.
    "two-sockets-both-thread-refuse": Expected(
        "fatal", True, True, [AC_FATAL], {"trap": [AC_KILLS] * 3 + [NATIVE] + [AC_KILLS] * 4},
        armed=[ON] * 3 + [OFF] + [ON] * 4,
        scopes={"sld": Scope(("per-thread",), False, by_behaviour=False), "bld": DB_OF_THREAD},
        settings=FATAL_SETTINGS,
        toggled=Toggled(2, {"self": 2, "smt-sibling": 3, "same-l3": 0, "other-package": 4}, refusing=(3,))),
    # Cleared on CPU 6, the bit is gone from its socket, until split_lock_init runs on CPU 7 as it comes back.
    "two-sockets-both-package-hotplug": Expected(
        "fatal", True, True, [AC_FATAL],
        {
            "trap": [AC_KILLS] * 8,
            "trap-disarmed": [AC_KILLS] * 4 + [NATIVE] * 4,
            "trap-replugged": [AC_KILLS] * 8,
        },
        armed=[ON] * 8, mitigates={"doctor": True, "replug": True},
        scopes={"sld": Scope(("per-package",), siblings_share=True, by_behaviour=True), "bld": DB_OF_THREAD},
        hotplug={"sld": ON, "bld": OFF}, met_after_hotplug="#AC, SIGBUS"),
}
