"""One run on this machine, with random options and a random signal, and everything that it must not leave."""

import os
import random
import re
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import folders
import grammar
import signals

# A quick run takes up to 20 s, repeated and stopped longer; on a busy machine more.
HANGS_AFTER = 180
CRASH = re.compile(r"Fatal error|Crash|Backtrac|Assertion|ERROR: .*Sanitizer")


@dataclass
class Tally:
    runs: int = 0
    events: Counter = field(default_factory=Counter)
    codes: Counter = field(default_factory=Counter)
    complete: int = 0
    incomplete: int = 0
    split_locks: int = 0
    locked_seconds: float = 0
    faults: list[str] = field(default_factory=list)


def run(binary: Path, words: grammar.Words, random: random.Random, tally: Tally) -> None:
    """Adds one run to the tally."""
    options = grammar.command_line(random, words)
    event = signals.choose(random, longest=6)
    journals = list(Path("/run/splitbench").glob("journal*"))
    with TemporaryDirectory(prefix="soak-") as out:
        command = [str(binary), "run", *options, "--out", out]
        code, said = ended(command, event)
        found = list(checks(code, said, event))
        if processes(out):
            found.append(f"processes {processes(out)} left")
        if list(Path("/run/splitbench").glob("journal*")) != journals:
            found.append("a journal left")
        for folder in sorted(Path(out).iterdir()):
            if fault := folders.fault(folder, event.ends_at_once):
                found.append(f"{folder.name}: {fault}")
            locks, seconds = folders.split_locks(folder)
            tally.split_locks += locks
            tally.locked_seconds += seconds
            whole = folders.is_complete(folder)
            tally.complete += whole
            tally.incomplete += not whole
            if whole and (shown := subprocess.run([binary, "report", folder, "--markdown"], capture_output=True)).returncode:
                found.append(f"{folder.name}: report: {shown.stderr.decode()[:200]}")
    tally.runs += 1
    tally.events[event.name] += 1
    tally.codes[code] += 1
    tally.faults += [f"`splitbench run {' '.join(options)}` with {event.name}: {fault}" for fault in found]


def ended(command: list[str], event: signals.Event) -> tuple[int | None, str]:
    """The exit code of a run to which the event happened, and its words; None if it hung."""
    # A parent that ignores a signal hands that on.
    restored = lambda: [signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGHUP)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               preexec_fn=restored)
    try:
        for pause, number in event.signals:
            try:
                process.wait(pause)
                break
            except subprocess.TimeoutExpired:
                process.send_signal(number)
        said = process.communicate(timeout=HANGS_AFTER)[1]
        return process.returncode, said
    except subprocess.TimeoutExpired:
        process.kill()
        return None, process.communicate()[1]


def checks(code: int | None, said: str, event: signals.Event):
    if code is None:
        yield f"hung for {HANGS_AFTER} s"
    elif code not in signals.BY_ITSELF | event.codes:
        yield f"exit code {code}: {said[-300:]}"
    if code in (2, 64) and not re.search(r"^[Ee]rror: ", said, re.MULTILINE):
        yield f"exit code {code} without a word"
    if crash := CRASH.search(said):
        yield f"{crash.group()}: {said[-500:]}"


def processes(naming: str) -> list[int]:
    """Those that still have the folder on their command line, after a moment to end."""
    for _ in range(50):
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if naming.encode() in line and int(folder.name) != os.getpid():
                found.append(int(folder.name))
        if not found:
            return []
        time.sleep(0.1)
    return found
