"""Our slow-down of bystanders against an independent C program's, in turn.

Usage: bystander_against_c.py SPLITBENCH BYSTANDER_LOOP FOLDER

Both measure beside a saturating aggressor on the other CPU, and beside an idle one, which is what is compared here: our own
slow-down, beside aligned operations, leaves out what any activity of the other CPU costs. The pair of processes is the unit.
"""

import collections
import json
import math
import pathlib
import statistics
import subprocess
import sys

import pandas
from promises import mean_ratio, say

PAIRS = 12
SLICES = 15
VICTIMS = ["l1-load", "dram-chase"]
WITHIN = 0.10


def ours(tool, folder, number):
    """Slow-down against idle by victim, of one run; and the two CPUs."""
    out = folder / f"bystander-{number}"
    subprocess.run(
        [tool, "run", "--quiet", "--only", "bystander", "--victim", ",".join(VICTIMS), "--rounds", str(SLICES),
         "--budget", "0.15", "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
    path = next(out.iterdir())
    table = pandas.read_csv(path / "bystander.csv")
    rows = table[(table.aggressor == "line-split") & (table.requested_fraction == 1)].set_index("victim")
    if rows.empty:
        return None, None
    return (rows.treated_ns / rows.idle_ns).to_dict(), (int(rows.victim_cpu.iloc[0]), int(rows.aggressor_cpu.iloc[0]))


def main():
    tool, loop, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    doctor = json.loads(subprocess.run([tool, "doctor", "--json"], check=True, capture_output=True).stdout)
    if len(doctor["machine"]["topology"]["cpus"]) < 2:
        print("skipped: one CPU only")
        return 0
    logs, values = collections.defaultdict(list), collections.defaultdict(list)
    for number in range(PAIRS):
        mine, cpus = ours(tool, folder, number)
        if mine is None:
            print("skipped: no bystander was measured here; splitbench doctor says why")
            return 0
        output = subprocess.run([loop, *map(str, cpus), str(SLICES)], check=True, capture_output=True, text=True)
        for line in output.stdout.splitlines():
            victim, idle, treated = line.split()
            theirs = float(treated) / float(idle)
            logs[victim].append(math.log(mine[victim] / theirs))
            values[victim].append((mine[victim], theirs))
    good = True
    for victim in VICTIMS:
        ratio, low, high = mean_ratio(logs[victim])
        holds = abs(ratio - 1) <= WITHIN
        good = say(
            f"slow-down of {victim} within {WITHIN:.0%} of the C program's", holds,
            f"ours {statistics.median(o for o, _ in values[victim]):.3f}x, C "
            f"{statistics.median(t for _, t in values[victim]):.3f}x, ratio {ratio:.3f} "
            f"[{low:.3f}, {high:.3f}]") and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
