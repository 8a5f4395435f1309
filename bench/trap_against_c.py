"""Our round trip of a trap against an independent C program's, in turn.

Usage: trap_against_c.py SPLITBENCH TRAP_LOOP FOLDER

Both set EFLAGS.AC for a misaligned `lock add` and step over it in a handler. The pair of processes is the unit.
"""

import math
import pathlib
import statistics
import subprocess
import sys

import pandas
from promises import say

PAIRS = 24
# Ranks that hold the median of so many pairs between them in 95.7 % of all cases (binomial, from 1).
RANKS = (7, 18)
WITHIN = 0.05


def ours(tool, folder, number):
    """Median round trip in ns, of one run; and the CPU."""
    out = folder / f"trap-{number}"
    subprocess.run(
        [tool, "run", "--quiet", "--only", "trap", "--budget", "0.005", "--out", str(out)], check=True,
        stdout=subprocess.DEVNULL)
    table = pandas.read_csv(next(out.iterdir()) / "trap.csv")
    row = table[(table.trigger == "eflags-ac") & (table.context == "in-process") & (table.placement == "line-split")
                & (table.width_bytes == 8) & table.locked].iloc[0]
    return float(row.round_trip_ns), int(row.cpu)


def main():
    tool, loop, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    logs, values = [], []
    for number in range(PAIRS):
        mine, cpu = ours(tool, folder, number)
        output = subprocess.run([loop, str(cpu), "10000"], check=True, capture_output=True, text=True).stdout
        logs.append(math.log(mine / float(output)))
        values.append((mine, float(output)))
    # The median: now and then a whole process meets a busy neighbour.
    middle = statistics.median(logs)
    low, high = (math.exp(sorted(logs)[rank - 1]) for rank in RANKS)
    holds = abs(math.exp(middle) - 1) <= WITHIN
    say(f"round trip of a trap within {WITHIN:.0%} of the C program's", holds,
        f"ours {statistics.median(o for o, _ in values):.0f} ns, C {statistics.median(t for _, t in values):.0f} ns, ratio "
        f"{math.exp(middle):.3f} [{low:.3f}, {high:.3f}]")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
