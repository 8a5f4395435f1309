"""Our one-way time of a counter between two CPUs against an independent C program's, in turn.

Usage: pingpong_against_c.py SPLITBENCH PING_PONG FOLDER

Both pass by compare-and-exchange; of both the 20 % trimmed mean of the logarithms of samples, as SplitBench's results are. The pair of
processes is the unit; virtual CPUs move between two.
"""

import collections
import math
import pathlib
import statistics
import subprocess
import sys

import pandas
from peer import bounded
from promises import middle_ratio, say
from scipy import stats

PAIRS = 12
WITHIN = 0.10
# Offset, samples and passes of the C program, by our placement. So many passes that the time in which its threads leave their
# barrier, one after the other, is nothing beside them.
CASES = {"aligned": (0, 30, 2000), "line-split": (60, 12, 300)}


def main():
    tool, ping_pong, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    logs, values = collections.defaultdict(list), collections.defaultdict(list)
    for number in range(PAIRS):
        out = folder / f"pingpong-{number}"
        subprocess.run(
            [tool, "run", "--quiet", "--only", "pingpong", "--budget", "0.03", "--rounds", "10", "--out", str(out)],
            check=True, stdout=subprocess.DEVNULL)
        table = pandas.read_csv(next(out.iterdir()) / "pingpong.csv")
        for placement, case in CASES.items():
            row = table[table.placement == placement].iloc[0]
            command = [ping_pong, str(row.cpu), str(row.other_cpu), *map(str, case)]
            output = subprocess.run(command, check=True, capture_output=True, text=True, preexec_fn=bounded).stdout
            samples = [float(line) for line in output.splitlines()[:-1]]
            if samples and row.one_way_ns > 0:
                theirs = math.exp(stats.trim_mean([math.log(sample) for sample in samples], 0.2))
                values[placement].append((row.one_way_ns, theirs))
                logs[placement].append(math.log(row.one_way_ns / theirs))
    good = True
    for placement in CASES:
        if len(logs[placement]) < PAIRS / 2:
            print(f"skipped: {placement}: the machine is too busy, or has one CPU only")
            continue
        ratio, low, high = middle_ratio(logs[placement])
        # Longer samples meet more of a host's pauses: less than C's is no fault of ours.
        holds = low <= 1 or ratio <= 1 + WITHIN
        good = say(
            f"one way from CPU to CPU, {placement}: no more than C's, or than {1 + WITHIN:.2f} times that", holds,
            f"ours {statistics.median(o for o, _ in values[placement]):.4g} ns, C "
            f"{statistics.median(t for _, t in values[placement]):.4g} ns, ratio {ratio:.3f} "
            f"[{low:.3f}, {high:.3f}]") and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
