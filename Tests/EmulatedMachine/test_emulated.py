"""What splitbench says in the emulated machine, beside the table of what Linux does there."""

import csv
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile

import pytest

import expected as table
import model
from boots import BOOTS, GONE, KILLS, Boot
from command import CannotRun
from expected import AC_AND_DB_WARN, AC_KILLS, AC_WARNS, AC_WARNS_AT_ONCE, DB_KILLS, DB_LIMITS, DB_WARNS
from expected import NATIVE, NO_KVM, Answer, Columns, Expected
from initramfs import initramfs
from linux import linux
from machine import Machine, Results
from qemu import qemu

Row = dict[str, str]

LOGGED_AS_AC = (AC_WARNS, AC_WARNS_AT_ONCE, AC_AND_DB_WARN)
LOGGED_AS_DB = (DB_WARNS, DB_LIMITS, AC_AND_DB_WARN)

# MARK: Booting


@dataclass(frozen=True)
class Booted:
    """One boot, what it left, and what the table says of it."""
    boot: Boot
    results: Results

    @property
    def expected(self) -> Expected:
        return table.EXPECTED[self.boot.name]

    def doctor(self, step: str = "doctor") -> dict:
        return json.loads(self.results.step(step).out)["machine"]

    def record(self, run: str) -> dict:
        return json.loads((self.results.run(run) / "run.json").read_text())

    def rows(self, run: str, table: str = "trap") -> list[Row]:
        with open(self.results.run(run) / f"{table}.csv", newline="") as file:
            return list(csv.DictReader(file))

    def log(self, step: str) -> list[str]:
        """The lines of Linux's log while a step ran."""
        lines = iter(self.results.log)
        begin = re.compile(rf"\] step \d+-{re.escape(step)}$")
        for line in lines:
            if begin.search(line):
                break
        return list(takewhile(lambda line: not re.search(r"\] step \d+-", line), lines))

    def split_locks(self, run: str, context: str = "in-process") -> list[tuple[Answer, Row]]:
        """The rows of split locks, each with what its CPU is to answer."""
        return [
            (self.expected.runs[run][int(row["cpu"])], row) for row in self.rows(run)
            if row["trigger"] == "split-lock" and row["placement"] != "aligned" and row["context"] == context
        ]


def chosen() -> list[Boot]:
    """All boots, or the one that BOOT names."""
    name = os.environ.get("BOOT")
    boots = [boot for boot in BOOTS if name in (None, "", boot.name)]
    if not boots:
        pytest.exit(f"no boot is named {name}; there are: {', '.join(boot.name for boot in BOOTS)}", 2)
    return boots


@pytest.fixture(scope="session")
def futures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future]]:
    """The results of the boots whose tests were selected; one at a time for two CPUs of ours."""
    try:
        qemu(), linux(), initramfs()
    except CannotRun as error:
        pytest.exit(f"the emulated machine cannot be made: {error}", 2)
    # In the order of the tests, each once.
    wanted = dict.fromkeys(item.callspec.params["booted"] for item in request.session.items)
    machines = [Machine(boot, tmp_path_factory.mktemp(boot.name, numbered=False)) for boot in wanted]
    with ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 1) // 2)) as pool:
        yield {machine.boot.name: pool.submit(boot_until_undisturbed, machine) for machine in machines}
        # Where the tests ended early, nobody waits for the rest.
        pool.shutdown(wait=False, cancel_futures=True)
        for machine in machines:
            machine.end()


def boot_until_undisturbed(machine: Machine) -> Results:
    """Boots, and once more where the host had held up an emulated CPU."""
    results = machine.run()
    records = [json.loads(file.read_text()) for file in results.folder.glob("*/*/run.json")]
    return machine.run() if any(map(was_held_up, records)) else results


def was_held_up(record: dict) -> bool:
    """Whether splitbench gave up a run, or Linux slept or woke later than its source allows."""
    late = (
        cycle[part]["median"] > 1.05 * cycle["predicted"][part]["high"] for cycle in record.get("duty_cycles", [])
        for part in ("delay_ms", "window_ms") if part in cycle and part in cycle.get("predicted", {}))
    return "unexplained-delay" in record["ends"].values() or any(late)


@pytest.fixture(scope="session", params=chosen(), ids=lambda boot: boot.name)
def booted(request: pytest.FixtureRequest, futures: dict[str, Future]) -> Booted:
    return Booted(request.param, futures[request.param.name].result())


# MARK: Linux itself


def test_every_step_ends_well(booted: Booted) -> None:
    for name in booted.boot.steps:
        step = booted.results.step(name)
        assert step.exit == 0, f"{name}: {step.err[-2000:]}"
    complaints = re.compile(r"Oops|BUG:|Call Trace|soft lockup|general protection|unchecked MSR")
    assert [line for line in booted.results.log if complaints.search(line)] == []


def test_linux_says_what_it_armed(booted: Booted) -> None:
    said = re.findall(r"x86/split lock detection: (.*)", "\n".join(booted.results.log))
    assert [line for line in said if " took a " not in line] == booted.expected.said


# MARK: doctor


def test_doctor_knows_the_topology(booted: Booted) -> None:
    topology = booted.boot.topology
    seen = booted.doctor()["topology"]
    assert seen["online_count"] == topology.cpus
    assert seen["package_count"] == topology.sockets
    assert seen["numa_node_count"] == topology.sockets
    cores = [cpu["core"] for cpu in sorted(seen["cpus"], key=lambda cpu: cpu["id"])]
    assert len(set(cores)) == topology.sockets * topology.cores
    assert all(core == cores[cpu - cpu % topology.threads] for cpu, core in enumerate(cores))


def test_doctor_knows_the_policy(booted: Booted) -> None:
    expected = booted.expected
    for step, mitigates in expected.mitigates.items():
        policy = booted.doctor(step)["policy"]
        seen = [policy[key] for key in ("mode", "traps_with_ac", "traps_with_db", "mitigates")]
        assert seen == [expected.mode, expected.ac, expected.db, mitigates], (step, policy["evidence"])
        assert policy.get("rate_limit") == expected.rate_limit


def test_doctor_reads_the_registers(booted: Booted) -> None:
    if "msr" not in booted.boot.modules:
        pytest.skip("this boot has no msr driver")
    for step in booted.expected.mitigates:
        registers = booted.doctor(step)["registers"]
        assert [register["cpu"] for register in registers] == list(range(booted.boot.topology.cpus))
        if booted.expected.armed is not None:
            armed = [bool(register["memory_control"] >> 29 & 1) for register in registers]
            assert armed == booted.expected.armed
        armed = [bool(register["debug_control"] >> 2 & 1) for register in registers]
        assert armed == [booted.expected.bus_locks_armed] * len(registers)


# MARK: The trap experiment


def test_the_control_is_met_on_every_cpu(booted: Booted) -> None:
    in_process, in_child = NATIVE.in_process, NATIVE.child
    for run in booted.expected.runs:
        rows = [row for row in booted.rows(run) if row["trigger"] == "eflags-ac"]
        assert {int(row["cpu"]) for row in rows} == set(range(len(booted.expected.runs[run])))
        for row in rows:
            is_aligned = row["placement"] == "aligned"
            if row["context"] == "child":
                assert_row(row, in_child if is_aligned else table.CONTROL_IN_CHILD)
            else:
                assert_row(row, in_process if is_aligned else table.CONTROL)
                assert row["performed"] == (row["issued"] if is_aligned else "0"), row


def test_aligned_locks_meet_nothing(booted: Booted) -> None:
    for run in booted.expected.runs:
        for row in booted.rows(run):
            if row["trigger"] == "split-lock" and row["placement"] == "aligned":
                assert_row(row, NATIVE.child if row["context"] == "child" else NATIVE.in_process)


def test_every_cpu_answers_as_linux_made_it(booted: Booted) -> None:
    for run in booted.expected.runs:
        kinds = defaultdict(set)
        first = int(booted.rows(run)[0]["cpu"])
        for answer, row in booted.split_locks(run):
            assert_row(row, answer.in_process)
            assert row["performed"] == (row["issued"] if answer.performed else "0"), row
            assert row["trapped"] in ("0", row["issued"]), row
            kinds[int(row["cpu"])].add(row["kind"])
        assert len(kinds) == len(booted.expected.runs[run])
        for cpu, answer in enumerate(booted.expected.runs[run]):
            # Where only a line tells, Linux's ten lines may be spent before this CPU's turn.
            only_a_line = answer in (AC_WARNS_AT_ONCE, DB_WARNS, DB_LIMITS)
            if answer is not NATIVE and (cpu == first or not only_a_line):
                assert answer.kind in kinds[cpu], (run, cpu)


def test_children_live_or_die(booted: Booted) -> None:
    for run in booted.expected.runs:
        children = booted.split_locks(run, "child")
        assert children
        for answer, row in children:
            assert_row(row, answer.child)
            assert row["killed"] in ("0", row["issued"]), row


def test_linux_sleeps_where_it_is_to(booted: Booted) -> None:
    for run, answers in booted.expected.runs.items():
        longest, awake = defaultdict(float), []
        for answer, row in booted.split_locks(run):
            cpu, delay = int(row["cpu"]), float(row["delay_ns"]) / 1e6
            longest[cpu] = max(longest[cpu], delay)
            if answer is AC_WARNS_AT_ONCE and row["log_lines"] != "0":
                awake.append(delay)
        for cpu, answer in enumerate(answers):
            assert longest[cpu] >= answer.sleep_ms, (run, cpu)
        # Of those that Linux met: the host may hold up one for as long, but not all.
        assert not awake or min(awake) < AC_WARNS.sleep_ms, run


def test_every_operation_is_accounted_for(booted: Booted) -> None:
    for run in booted.expected.runs:
        assert [row for row in booted.rows(run) if row["balanced"] != "true"] == []


def test_the_log_is_accounted_for(booted: Booted) -> None:
    """A line a task by #AC, a line an operation by #DB; of each at most ten in five seconds."""
    log = "\n".join(line for run in booted.expected.runs for line in booted.log(run))
    tasks = re.findall(r"#AC: splitbench/(\d+) took a split_lock trap at address: 0x[0-9a-f]+", log)
    bus_locks = re.findall(r"#DB: splitbench/\d+ took a bus_lock trap at address: 0x[0-9a-f]+", log)
    held_back = sum(map(int, re.findall(r"handle_bus_lock: (\d+) callbacks suppressed", log)))
    assert len(tasks) == len(set(tasks))

    # Beside its rows, a run that was delayed has loops on one and on two CPUs.
    beside = sum(len(cycle["cpus"]) for run in booted.expected.runs for cycle in cycles(booted, run))
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


def test_splitbench_says_what_does_not_fit(booted: Booted) -> None:
    for run, answers in booted.expected.runs.items():
        warnings = {warning["id"]: warning["text"] for warning in booted.record(run)["warnings"]}
        if len(set(answers)) > 1:
            assert {"cpus-disagree", "policy-contradicted"} <= set(warnings)
        else:
            assert "policy-contradicted" not in warnings, warnings


def cycles(booted: Booted, run: str) -> list[dict]:
    return booted.record(run).get("duty_cycles", [])


def assert_row(row: Row, expected: Columns) -> None:
    seen = dict(row)
    if row["outcome"] == "delayed":
        seen["outcome"] = "completed"
        # Emulated CPUs wait for their turn on the host: that one operation, or few, were slow is no answer.
        if row["kind"] == "unknown" and int(row["delayed_count"]) <= max(1, int(row["issued"]) // 20):
            seen["kind"] = "silent"
    for column, words in expected.items():
        assert seen[column] in (words if isinstance(words, tuple) else (words,)), (column, row)


# MARK: The policy model

# Where rates come from sleeps and jiffies.
NEAR = 0.15


@pytest.mark.parametrize(("mitigates", "rests"), ((True, False), (True, True), (False, False)))
@pytest.mark.parametrize("offenders", (1, 4))
def test_the_model_foretells_the_rhythm_of_warn(
    booted: Booted, mitigates: bool, rests: bool, offenders: int
) -> None:
    name = f"rhythm-{mitigates:d}-{offenders}" + ("-rests" if rests else "")
    if name not in booted.boot.steps:
        pytest.skip("no such step in this boot")
    folder = booted.results.folder / name
    found = model.Seen(folder, rests)
    cpus = list(range(0, 2 * offenders, 2))
    # Whoever split-locks on a core of its own is trapped there, once at least.
    assert sorted(found.operations) == sorted(found.traps) == cpus
    seen = found.rhythm
    foretold = model.foretold(booted.boot, model.policy(folder, mitigates), cpus, found.pace, rests)
    print(f"{booted.boot.name} {name}: foretold {foretold}, seen {seen}")
    assert (seen.left_off, seen.warned) == (foretold.left_off, foretold.warned)
    assert seen.traps_per_second == pytest.approx(foretold.traps_per_second, rel=NEAR)
    assert seen.operations_per_trap == pytest.approx(foretold.operations_per_trap, rel=NEAR)
    # The host may hold up one operation for as long as Linux would.
    assert seen.asleep == pytest.approx(foretold.asleep, rel=NEAR, abs=0.01)


def test_the_model_foretells_what_splitbench_measured(booted: Booted) -> None:
    """The loops of the trap experiment, where they are alone on the host's CPU."""
    policy = {"warn": "warn-6.2", "ratelimit": f"ratelimit-5.14:{booted.expected.rate_limit}"}
    found = [
        cycle for run in booted.expected.runs for cycle in cycles(booted, run)
        if len(cycle["cpus"]) == 1 and cycle.get("predicted") and "window_ms" in cycle
    ]
    if not found:
        assert not booted.expected.has_rhythm, "a rhythm of delays was to be measured, and none was"
        pytest.skip("no rhythm is to be measured in this boot")
    for cycle in found:
        delay, window, free = (cycle[key]["median"] for key in ("delay_ms", "window_ms", "free_operations"))
        foretold = model.foretold(
            booted.boot, policy[booted.expected.mode], cycle["cpus"], 1000 * (free + 1) / window)
        if booted.expected.mode == "ratelimit":
            assert cycle["operations_per_second"] == pytest.approx(foretold.traps_per_second, rel=0.05), cycle
        else:
            assert 1000 / (delay + window) == pytest.approx(foretold.traps_per_second, rel=NEAR), cycle


# MARK: Registers


def test_the_scope_of_each_bit_is_found_out(booted: Booted) -> None:
    if not booted.expected.scopes:
        pytest.skip("this boot does not ask for it")
    found = {scope["bit"]: scope for scope in booted.record("scope")["scopes"]}
    assert found.keys() == booted.expected.scopes.keys()
    for bit, expected in booted.expected.scopes.items():
        scope = found[bit]
        assert tuple(scope["scopes"]) == expected.scopes, scope
        assert scope.get("siblings_share") == expected.siblings_share, scope
        assert scope.get("siblings_share_by_behaviour") == expected.by_behaviour, scope


def test_the_registers_are_as_they_were(booted: Booted) -> None:
    if "scope" not in booted.boot.steps:
        pytest.skip("this boot asks for no scope")
    before, after = (json.loads(booted.results.step(name).out) for name in ("msr-before", "msr-after"))
    assert after["cpus"] == before["cpus"]
    assert not booted.record("scope")["settings_changed"]


def test_each_setting_does_what_linux_makes_of_it(booted: Booted) -> None:
    if not booted.expected.settings:
        pytest.skip("this boot visits no settings")
    rows = {row["setting"]: row for row in booted.rows("settings", "settings")}
    assert rows.keys() == booted.expected.settings.keys()
    for name, met in booted.expected.settings.items():
        row = rows[name]
        assert row["kind"] in met.kinds, row
        assert row["armed_cpus"] == met.armed_cpus, row
        assert (row["trapped"] != "0") == met.dies, row
        assert row["killed"] == (row["children"] if met.dies else "0"), row
        assert (row["failures"] == "") == met.whole, row
        if met.sleeps:
            assert int(row["delayed_count"]) > 0, row


def test_cells_cost_what_linux_makes_of_each_setting(booted: Booted) -> None:
    if not booted.expected.settings:
        pytest.skip("this boot visits no settings")
    cells = defaultdict(list)
    for row in booted.rows("settings", "settings-cost"):
        cells[row["setting"]].append(row)
    assert cells.keys() == booted.expected.settings.keys()
    for name, met in booted.expected.settings.items():
        split = [row["placement"] for row in cells[name] if row["placement"].endswith("-split")]
        # Interpreted operations may take no time that a timer resolves: then there is no row.
        assert sorted(split) == ["line-split"] * 3 + ["page-split"] or met.costs == ("completed",), name
        assert split and len(cells[name]) - len(split) <= 6, name
        for row in cells[name]:
            splits = row["placement"] in split
            # The host may hold up an emulated CPU now and then.
            is_noise = int(row["delayed_count"]) <= max(1, int(row["operations"]) // 20)
            seen = {row["outcome"]} | ({"completed"} if row["outcome"] == "delayed" and is_noise else set())
            assert seen & set(met.costs if splits else ("completed",)), row
            assert (row["trapped"] != "0") == (splits and met.dies), row
            assert (row["median_ns"] == "") == (splits and met.dies), row


def test_a_bystander_works_on_another_core(booted: Booted) -> None:
    if not booted.expected.settings:
        pytest.skip("this boot visits no settings")
    topology = booted.boot.topology
    others = [cpu for cpu in range(topology.cpus) if cpu // topology.threads != 1 // topology.threads]
    for row in booted.rows("settings", "settings"):
        if topology.cpus == 1:
            assert {value for column, value in row.items() if column.startswith("bystander")} == {""}
            continue
        assert (row["bystander_cpu"], row["bystander_victim"]) == (str(others[0]), "dram-chase")
        # Elsewhere a pause of the loop is the host's, and the round does not count.
        met = booted.expected.settings[row["setting"]]
        assert row["bystander_slowdown"] or not (met.dies or met.costs == ("delayed",)), row
    skipped = [skip["what"] for skip in booted.record("settings")["skipped"]]
    assert ("bystander of settings" in skipped) == (topology.cpus == 1)


def test_the_taint_is_recorded(booted: Booted) -> None:
    """msr_write taints Linux with CPU_OUT_OF_SPEC, whoever writes, until it is booted again."""
    runs = [step for step in booted.boot.steps if step in ("scope", "settings", "hotplug", "leak")]
    if not runs:
        pytest.skip("this boot writes no register")
    for number, run in enumerate(runs):
        taint = booted.record(run)["taint"]
        assert bool(taint["before"] & 1 << 2) == (number > 0) and taint["after"] & 1 << 2, run
        assert ("MSR" in taint.get("cause", "")) == (number == 0), run


def test_the_settings_are_as_they_were(booted: Booted) -> None:
    if not booted.expected.settings:
        pytest.skip("this boot visits no settings")
    steps = ("msr-before", "msr-after-settings")
    before, after = (json.loads(booted.results.step(name).out) for name in steps)
    assert after["cpus"] == before["cpus"]
    assert booted.results.step("settings").exit == 0


def test_linux_writes_its_own_bits_when_a_cpu_comes_up(booted: Booted) -> None:
    """split_lock_init and bus_lock_init run on every CPU that comes up, whatever was written there."""
    if not booted.expected.hotplug:
        pytest.skip("this boot takes no CPU offline for it")
    rows = booted.rows("hotplug", "hotplug")
    assert {(row["bit"], row["start"]) for row in rows} == {
        (bit, start) for bit in booted.expected.hotplug for start in ("as-found", "flipped")
    }
    assert {int(row["cpu"]) for row in rows} == booted.boot.topology.last_of_sockets
    for row in rows:
        own = booted.expected.hotplug[row["bit"]]
        assert (row["offline"], row["online"]) == ("done", "done"), row
        assert row["bit_before"] == str(own if row["start"] == "as-found" else not own).lower(), row
        assert row["bit_after"] == str(own).lower(), row
        assert row["initialised"] == ("true" if row["start"] == "flipped" else ""), row
        assert row["met_after"] == booted.expected.met_after_hotplug, row
        if row["sibling_cpu"] and row["start"] == "flipped" and row["bit"] == "sld":
            # In warn alone: splitlock_cpu_offline sets the bit of the core that the CPU leaves.
            meanwhile = own if booted.expected.mode == "warn" else not own
            assert row["sibling_bit_meanwhile"] == str(meanwhile).lower(), row


def test_split_locks_leak_where_the_bit_is_shared(booted: Booted) -> None:
    if not booted.expected.leaks:
        pytest.skip("this boot looks for no leak")
    rows = {row["relation"]: row for row in booted.rows("leak", "leak")}
    assert rows.keys() == booted.expected.leaks.keys()
    for relation, leaks in booted.expected.leaks.items():
        row = rows[relation]
        assert int(row["windows"]) > 0, row
        assert row["leaks"] == str(leaks).lower(), row
        assert row["clear"] == (row["reads"] if leaks else "0"), row
        if leaks:
            # Two jiffies of 4 ms at least; the host may be late at any end.
            assert float(row["open_max_ms"]) >= 8, row


def test_every_part_of_toggle_is_measured(booted: Booted) -> None:
    toggled = booted.expected.toggled
    if toggled is None:
        pytest.skip("this boot flips no bit")
    rows = booted.rows("toggle", "toggle")
    rest = set(toggled.cpus.values()) - set(toggled.refusing)
    refused = len(booted.boot.refuse)
    for part in ("read", "write"):
        found = {row["relation"]: row for row in rows if row["part"] == part}
        assert {relation: int(row["cpu"]) for relation, row in found.items()} == toggled.cpus
        for row in found.values():
            refuses = int(row["cpu"]) in toggled.refusing
            if part == "write":
                assert row["write"] == "done" or refuses and "refused" in row["write"], row
            assert (float(row["median_ns"] or 0) > 0) == (part == "read" or not refuses), row
    for part, writers in (("all-serial", 1), ("all-parallel", booted.boot.topology.cpus - refused)):
        found = [row for row in rows if row["part"] == part]
        assert {row["operation"] for row in found} == {"read", "write"}
        for row in found:
            assert int(row["cpus"]) == booted.boot.topology.cpus - refused and int(row["writers"]) == writers
            assert float(row["median_ns"]) > 0, row
    assert {row["operation"] for row in rows if row["part"] == "sysctl" and int(row["samples"]) > 0} == {
        "read", "write"}
    victims = [row for row in rows if row["part"] == "bystander"]
    assert {int(row["cpu"]) for row in victims} <= rest - {toggled.writer} and victims
    assert {float(row["requested_rate_hz"] or "inf") for row in victims} == {10, 100, 1000, 10000, float("inf")}
    for row in victims:
        assert all(float(row[name]) > 0 for name in ("achieved_rate_hz", "control_ns", "treated_ns")), row


def test_behaviour_changes_with_the_bit(booted: Booted) -> None:
    toggled = booted.expected.toggled
    if toggled is None:
        pytest.skip("this boot flips no bit")
    rows = [row for row in booted.rows("toggle", "toggle") if row["part"] == "behaviour"]
    cpus = set(toggled.cpus.values()) - set(toggled.refusing)
    # Alone; by one writer, who cannot split-lock meanwhile; by all.
    for is_all, is_together, expected in (
        (False, False, cpus), (True, False, cpus - {toggled.writer}), (True, True, cpus)
    ):
        found = [
            row for row in rows if (int(row["cpus"]) > 1, int(row["writers"]) > 1) == (is_all, is_together)]
        assert {int(row["cpu"]) for row in found} == expected
    for row in rows:
        assert int(row["trials"]) > 0 and row["samples"] == row["trials"], row
        assert float(row["max_ns"]) >= float(row["last_free_ns"]), row


def test_a_guest_meets_what_its_kvm_makes_of_it(booted: Booted) -> None:
    if not booted.expected.guest:
        pytest.skip("no guest runs in this boot")
    rows = booted.rows("guest", "guest")
    found = {(row["part"], row["quantity"], row["condition"], row["cpl"]): row for row in rows}
    for cell, words in booted.expected.guest.items():
        assert found[cell]["found"] == words, cell
    for row in rows:
        if row["part"] in ("count", "answer") and row["unit"] == "count":
            # EFLAGS.AC ends the first.
            performed = "0" if row["condition"] == "eflags-ac" else row["operations"]
            assert row["value"] == performed, row
    # KVM never writes the CPU's own registers. There is no second CPU to read them from during an entry.
    registers = [row for row in rows if row["part"] == "host-register" and row["quantity"] == "0x1D9"]
    assert [row["condition"] for row in registers] == ["before", "after", "after-split-locks"]
    assert len({row["found"] for row in registers}) == 1
    record = booted.record("guest")
    assert "guest's host registers during entries" in {skipped["what"] for skipped in record["skipped"]}
    assert any("VMX" in path for path in record["untested_on_hardware"])


def test_an_interpreted_guest_has_no_costs(booted: Booted) -> None:
    if not booted.expected.guest:
        pytest.skip("no guest runs in this boot")
    rows = booted.rows("guest", "guest")
    timed = [row for row in rows if row["unit"] in ("ns", "ms", "ratio", "hz")]
    for row in timed:
        assert row["value"] == row["value_low"] == "" and row["found"].endswith("interpreted"), row
    # But every way was gone, on the host and at both privilege levels, and each write to a port came.
    costs = {(row["place"], row["cpl"]) for row in timed if row["part"] == "cost" and row["unit"] == "ns"}
    assert costs == {("host", ""), ("guest", "0"), ("guest", "3")}
    assert [row["operations"] for row in timed if row["quantity"] == "port-exit"] == ["50"]
    assert {warning["id"] for warning in booted.record("guest")["warnings"]} >= {"guest-interpreted"}


def test_hundreds_of_guests_leave_nothing_behind(booted: Booted) -> None:
    if not booted.expected.guest:
        pytest.skip("no guest runs in this boot")
    (row,) = (row for row in booted.rows("guest", "guest") if row["quantity"] == "left-behind")
    assert (row["value"], row["found"]) == ("0", "nothing")
    made = int(row["operations"])
    # Up to 110 ms each, where all is interpreted: of 1,000, what the run had no time for, it says.
    assert made >= 300
    lack = {"what": f"{1000 - made} of 1000 guests", "reason": "no time was left"}
    assert (lack in booted.record("guest")["skipped"]) == (made < 1000)


@pytest.mark.parametrize("step", NO_KVM)
def test_without_kvm_one_line_says_why_and_the_run_goes_on(booted: Booted, step: str) -> None:
    if step not in booted.boot.steps:
        pytest.skip("KVM is always there in this boot")
    assert booted.results.step(step).exit == 0
    record = booted.record(step)
    assert [skipped["reason"].startswith(NO_KVM[step]) for skipped in record["skipped"] if "guest" in skipped["what"]] == [True]
    assert record["complete"] and booted.rows(step)


@pytest.mark.parametrize("step", ("hotplug", "leak", "toggle"))
def test_the_registers_are_as_they_were_behind(booted: Booted, step: str) -> None:
    if step not in booted.boot.steps:
        pytest.skip(f"no {step} in this boot")
    before, after = (json.loads(booted.results.step(name).out) for name in ("msr-before", f"msr-after-{step}"))
    assert after["cpus"] == before["cpus"]


def test_kills_leave_everything_as_it_was(booted: Booted) -> None:
    if "kills" not in booted.boot.steps:
        pytest.skip("nothing is killed in this boot")
    assert booted.results.step("kills").out == f"{KILLS} kills\n"


def test_a_cpu_that_goes_in_mid_run_ends_it(booted: Booted) -> None:
    if "mid-run" not in booted.boot.steps:
        pytest.skip("no CPU goes in this boot")
    step = booted.results.step("mid-run")
    assert step.out == "2\n", step.err
    assert f"cannot pin to CPU {GONE}" in step.err
    record = booted.record("mid-run")
    assert (record["complete"], record["end"]) == (False, "failed")
    assert {int(row["cpu"]) for row in booted.rows("mid-run", "cost")} == {0, GONE}
    assert not any(booted.results.run("mid-run").glob(".*")), "no temporary file is left"
