"""Runs that change registers, in the emulated machine: settings, signals, kills of the run and of its guardian, and the way back."""

from __future__ import annotations

import dataclasses
import random
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import folders
import grammar
import signals
from native import CRASH, Tally

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests/EmulatedMachine"))
from boot import Boot  # noqa: E402
from boots import BOOTS  # noqa: E402
from machine import Machine, MachineFailed  # noqa: E402
from results import Results  # noqa: E402

# Machines on which every register does what silicon's does.
NAMES = ("one-both-ratelimit", "four-bld-warn", "four-both-off", "two-sockets-sld-warn", "two-sockets-both")
RUNS_A_BOOT = 10
SECONDS_A_RUN = 90
KILLED = ("run", "guardian", "both")
SET_BEFORE = (None, None, "--sld off", "--sld on", "--bld on", "--sld off --bld off")

STEP = """. /bin/state
registers >/tmp/start
{before}
splitbench run {options} --out /results/{name} &
run=$!
{events}
wait $run
echo "exit $?"
while [ -n "$(guardians)" ]; do sleep 0.1; done
{restore}
ls /run/splitbench/journal* 2>/dev/null && echo "a journal is left"
registers >/tmp/now
cmp -s /tmp/start /tmp/now || {{ echo "a difference is left"; diff /tmp/start /tmp/now; }}
exit 0
"""


@dataclasses.dataclass(frozen=True)
class Planned:
    name: str
    options: list[str]
    event: signals.Event
    # Whom SIGKILL meets.
    killed: str
    # What `msr set` is to change before; None: nothing.
    set_before: str | None

    @property
    def step(self) -> str:
        events = []
        for pause, number in self.event.signals:
            whom = {"guardian": "$(guardians)", "both": "$(guardians) $run"}.get(self.killed, "$run")
            events.append(f"sleep {pause:.2f}; kill -{int(number)} {whom if number == signal.SIGKILL else '$run'}")
        before, restore = ":", ":"
        if self.set_before:
            before = f"splitbench msr set {self.set_before} --allow-msr-writes --allow-arming --force >/dev/null"
        # What a run whose guardian died as well has left, and what is meant to stay, is put back by hand.
        if self.set_before or self.event.kills and self.killed == "both":
            restore = "splitbench msr restore >/dev/null"
        return STEP.format(
            before=before, options=" ".join(self.options), name=self.name, events="\n".join(events), restore=restore)


def plan(random: random.Random, number: int) -> Planned:
    options = grammar.changing_command_line(random)
    event, killed = signals.choose(random, longest=8), random.choice(KILLED)
    return Planned(f"soak-{number}", options, event.without_interrupts, killed, random.choice(SET_BEFORE))


def boot(random: random.Random, runs: int, tally: Tally) -> None:
    """Boots once and adds so many runs to the tally."""
    name = random.choice(NAMES)
    model, = (boot for boot in BOOTS if boot.name == name)
    plans = [plan(random, number) for number in range(runs)]
    chosen: Boot = dataclasses.replace(
        model, steps={one.name: one.step for one in plans}, seconds=60 + SECONDS_A_RUN * runs)
    with TemporaryDirectory(prefix="soak-") as folder:
        try:
            results = Machine(chosen, Path(folder)).run()
        except MachineFailed as error:
            tally.faults.append(f"{model.name}: {error}")
            return
        for one in plans:
            judge(one, model.name, results, tally)


def judge(one: Planned, machine: str, results: Results, tally: Tally) -> None:
    step = results.step(one.name)
    _, _, rest = step.out.partition("exit ")
    code, _, left = rest.partition("\n")
    # A shell's word for a signal.
    number = int(code) if int(code) <= 128 or int(code) == signals.INTERRUPTED else 128 - int(code)
    killed = one.event.kills
    allowed = signals.BY_ITSELF | one.event.codes
    found = []
    if number not in allowed:
        found.append(f"exit code {number}: {step.err[-300:]}")
    if crash := CRASH.search(step.err):
        found.append(f"{crash.group()}: {step.err[-500:]}")
    if left.strip():
        found.append(left.strip()[:500])
    parent = results.folder / one.name
    for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
        if fault := folders.fault(folder, one.event.ends_at_once):
            found.append(f"{folder.name}: {fault}")
        whole = folders.is_complete(folder)
        tally.complete += whole
        tally.incomplete += not whole
    name = f"KILL of {one.killed}" if killed else one.event.name
    tally.runs += 1
    tally.events[name] += 1
    tally.codes[number] += 1
    tally.faults += [f"{machine}: `splitbench run {' '.join(one.options)}` with {name}: {fault}" for fault in found]
