"""What Linux itself says of a boot: that every step ended well, and in its log what it met."""

import re

from booted import Booted
from expected.answers import AC_AND_DB_WARN, AC_WARNS, AC_WARNS_AT_ONCE, DB_LIMITS, DB_WARNS

LOGGED_AS_AC = (AC_WARNS, AC_WARNS_AT_ONCE, AC_AND_DB_WARN)
LOGGED_AS_DB = (DB_WARNS, DB_LIMITS, AC_AND_DB_WARN)


def test_every_step_ends_well(booted: Booted) -> None:
    for name in booted.boot.steps:
        step = booted.results.step(name)
        assert step.exit == 0, f"{name}: {step.err[-2000:]}"
    complaints = re.compile(r"Oops|BUG:|Call Trace|soft lockup|general protection|unchecked MSR")
    assert [line for line in booted.results.log if complaints.search(line)] == []


def test_linux_says_what_it_armed(booted: Booted) -> None:
    said = re.findall(r"x86/split lock detection: (.*)", "\n".join(booted.results.log))
    assert [line for line in said if " took a " not in line] == booted.expected.said


def test_the_log_is_accounted_for(booted: Booted) -> None:
    """A line a task by #AC, a line an operation by #DB; of each at most ten in five seconds."""
    log = "\n".join(line for run in booted.expected.runs for line in booted.log(run))
    tasks = re.findall(r"#AC: splitbench/(\d+) took a split_lock trap at address: 0x[0-9a-f]+", log)
    bus_locks = re.findall(r"#DB: splitbench/\d+ took a bus_lock trap at address: 0x[0-9a-f]+", log)
    held_back = sum(map(int, re.findall(r"handle_bus_lock: (\d+) callbacks suppressed", log)))
    assert len(tasks) == len(set(tasks))

    # Beside its rows, a run that was delayed has loops on one and on two CPUs.
    beside = sum(len(cycle["cpus"]) for run in booted.expected.runs for cycle in booted.cycles(run))
    rows = [
        (answer, row) for run in booted.expected.runs for context in ("in-process", "child")
        for answer, row in booted.split_locks(run, context)
    ]
    assert bool(tasks) == any(answer in LOGGED_AS_AC for answer, _ in rows)
    assert bool(bus_locks) == any(answer in LOGGED_AS_DB for answer, _ in rows)
    warned = [row for answer, row in rows if answer in LOGGED_AS_AC + LOGGED_AS_DB]
    told = sum(int(row["log_lines"]) for row in warned)
    assert told <= len(tasks) + len(bus_locks) and (beside or told == len(tasks) + len(bus_locks))
    if not beside:
        operations = sum(int(row["issued"]) for answer, row in rows if answer in LOGGED_AS_DB)
        assert len(bus_locks) + held_back <= operations
