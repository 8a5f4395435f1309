"""Stops a run by SIGSTOP while it measures: stopped.py FUNCTION SECONDS TIMES PLACEMENT COMMAND [ARGUMENT..]

A run is stopped for some microseconds, again and again, until it stands in the kernel's function; it is kept so for the seconds. Once
samples.csv has a row of the placement that lasted as long, or after so many long stops, the run is interrupted. The exit code is the
command's, 128 and the signal where that ended it.
"""

import csv
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

# Ticks a second that every CPU with an invariant TSC exceeds.
LEAST_TICKS = 500_000_000
# Some thousand looks: at least one in a hundred meets the function.
LOOKS = 5000


class Place:
    """Where a function of the binary lies in the process."""

    def __init__(self, process: int, binary: str, function: str) -> None:
        symbols = subprocess.run(["nm", "-S", binary], check=True, capture_output=True, text=True).stdout
        address, size = re.search(rf"^(\w+) (\w+) \w {function}$", symbols, re.MULTILINE).groups()
        maps = Path(f"/proc/{process}/maps").read_text()
        base = int(re.search(rf"^(\w+)-.*{re.escape(str(Path(binary).resolve()))}$", maps, re.MULTILINE).group(1), 16)
        self.process, self.start = process, base + int(address, 16)
        self.end = self.start + int(size, 16)

    def is_met(self) -> bool:
        """Of a process that is blocked, but not in a system call, Linux tells -1, the stack pointer and the program counter."""
        for _ in range(1000):
            words = Path(f"/proc/{self.process}/syscall").read_text().split()
            if words[0] != "running":
                return words[0] == "-1" and self.start <= int(words[2], 16) < self.end
        return False


def rows(table: Path) -> list[dict[str, str]]:
    """The run replaces its tables, whole, at the end of a round."""
    try:
        with table.open(newline="") as lines:
            return list(csv.DictReader(lines))
    except FileNotFoundError:
        return []


def holds_stop(folder: Path, placement: str, seconds: float) -> bool:
    placements = {row["cell"]: row["placement"] for cells in folder.glob("*/cost.csv") for row in rows(cells)}
    return any(
        placements.get(row["cell"]) == placement
        and max(int(row[f"{part}_tsc_cycles"] or 0) for part in ("short", "long")) > seconds * LEAST_TICKS
        for samples in folder.glob("*/samples.csv")
        for row in rows(samples)
    )


def stop(run: subprocess.Popen, place: Place, seconds: float) -> None:
    for _ in range(LOOKS):
        time.sleep(random.uniform(0.001, 0.003))
        if run.poll() is not None:
            return
        run.send_signal(signal.SIGSTOP)
        is_met = place.is_met()
        if is_met:
            time.sleep(seconds)
        run.send_signal(signal.SIGCONT)
        if is_met:
            return


def main() -> int:
    function, seconds, times, placement = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    command = sys.argv[5:]
    folder = Path(command[command.index("--out") + 1])
    run = subprocess.Popen(command)
    # It measures once it has a table.
    while run.poll() is None and not any(folder.glob("*/cost.csv")):
        time.sleep(0.01)
    place = Place(run.pid, command[0], function)
    for _ in range(times):
        stop(run, place, seconds)
        # The round comes to its end.
        time.sleep(1)
        if run.poll() is not None or holds_stop(folder, placement, seconds):
            break
    run.terminate()
    code = run.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
