"""What a CPU answers to a split lock."""

from dataclasses import dataclass

# What columns of a row of trap.csv hold; several words: one of them.
Columns = dict[str, str | tuple[str, ...]]


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
