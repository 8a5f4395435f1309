"""What `splitbench model` foretells for a boot, and what the programs in guest/ and Linux's own trace say of it."""

import json
import math
import re
import statistics
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from boot import Boot
from command import output
from initramfs import splitbench
from steps.rhythm import BURST, REST

SECONDS = 60
# Linux sleeps for 10 ms at least; the host seldom holds up an emulated CPU for as long.
HELD_UP = 8e-3
# That of Debian's Linux: CONFIG_HZ_250.
TIMER_HZ = 250


@dataclass(frozen=True)
class Rhythm:
    """How #AC and split locks follow each other while programs split-lock on CPUs of their own."""
    traps_per_second: float
    # Split locks for each that was trapped.
    operations_per_trap: float
    # Share of the programs' time at work in which Linux has them asleep or queued.
    asleep: float
    # Cores on which #AC came no more, though split locks went on.
    left_off: int
    # Lines in Linux's log.
    warned: int


def foretold(boot: Boot, policy: str, cpus: list[int], rate: float, rests: bool = False) -> Rhythm:
    """What the model says of programs that each do `rate` split locks a second when nobody hinders them, perhaps in bursts."""
    topology = boot.topology
    detects = ["split-lock"] * boot.cpu.split_locks + ["bus-lock"] * boot.cpu.bus_locks
    phases = {}
    if rests:
        # Whole ms, in which the burst just fits.
        phases = {"on_ms": round(1000 * BURST / rate), "off_ms": REST}
        rate = 1000 * BURST / phases["on_ms"]
    scenario = {
        "version": 1, "name": boot.name, "seconds": SECONDS,
        "host": {
            "packages": topology.sockets, "cores_per_package": topology.cores,
            "threads_per_core": topology.threads, "timer_hz": TIMER_HZ, "detects": detects,
        },
        "actors": [{
            "name": "programs", "kind": "task", "count": len(cpus), "cpus": cpus, "rate_hz": round(rate), **phases,
        }],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(scenario, file)
        file.flush()
        found = json.loads(output(splitbench(), "model", "--scenario", file.name, "--policy", policy, "--json"))
    outcome, = found["policies"]
    traps = outcome["alignment_checks"] + outcome["bus_lock_traps"]
    return Rhythm(
        traps / SECONDS, outcome["split_locks_per_second"] * SECONDS / traps, outcome["waited_share"],
        outcome["cores_off"], outcome["log_lines"])


class Seen:
    """What the step `rhythm` left in its folder. The host holds up an emulated CPU now and then: rates are of medians."""

    def __init__(self, folder: Path, rests: bool = False):
        # Longer than a pause between two operations, and shorter than a rest.
        self.longest_pause = REST / 2 / 1000 if rests else math.inf
        lines = [line.split() for line in (folder / "operations").read_text().splitlines()]
        # By CPU: when each operation began, and how long it took, in s.
        self.operations = defaultdict(list)
        for cpu, start, spent in lines:
            self.operations[int(cpu)].append((int(start) / 1e6, int(spent) / 1e6))
        calls = r"offend-\d+ +\[(\d+)\] \S+ +([\d.]+): handle_user_split_lock"
        self.traps = defaultdict(list)
        for cpu, time in re.findall(calls, (folder / "trace").read_text()):
            self.traps[int(cpu)].append(float(time))
        self.messages = (folder / "messages").read_text()

    @property
    def pace(self) -> float:
        """Split locks a second of each program while Linux leaves it alone."""
        gaps = [
            after - start for run in self.operations.values()
            for (start, spent), (after, _) in zip(run, run[1:])
            if spent < HELD_UP and after - start < self.longest_pause]
        return 1 / statistics.fmean(gaps)

    @property
    def rhythm(self) -> Rhythm:
        steady = {cpu: times for cpu, times in self.traps.items() if len(times) > 2}
        windows = {cpu: list(zip(times, times[1:])) for cpu, times in steady.items()}
        rates = [1 / statistics.median(end - begin for begin, end in pairs) for pairs in windows.values()]
        # The trapped operation began before its trap, and is performed in the window.
        counts = [
            sum(begin < start < end for start, _ in self.operations[cpu])
            for cpu, pairs in windows.items() for begin, end in pairs]
        held_up = [spent for run in self.operations.values() for _, spent in run if spent > HELD_UP]
        pauses = [
            after - start - spent for run in self.operations.values()
            for (start, spent), (after, _) in zip(run, run[1:])]
        rested = sum(REST / 1000 for pause in pauses if pause > self.longest_pause)
        worked = sum(run[-1][0] - run[0][0] for run in self.operations.values()) - rested
        return Rhythm(
            sum(rates), statistics.fmean(counts), sum(held_up) / worked, len(self.traps) - len(steady),
            len(re.findall(r"#AC: offend/\d+ took a split_lock trap", self.messages)))


def policy(folder: Path, mitigates: bool) -> str:
    """Linux 6.1 as its distribution has patched it: with the sysctl of 6.2, and perhaps with each CPU's own work."""
    # A per-CPU variable has an offset for its address.
    has_work_per_cpu = re.search(r"^0{8}\S+ \S sl_reenable$", (folder / "symbols").read_text(), re.MULTILINE)
    return "warn-6.2" + ("" if mitigates else ":mitigate=0") + (":per-cpu" if has_work_per_cpu else "")
