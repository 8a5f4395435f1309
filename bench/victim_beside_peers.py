"""How much one victim is slowed by our aggressor, by a plain C loop, and by stress-ng's lockbus stressor, in turn.

Usage: victim_beside_peers.py COMMON_VICTIM OUR_AGGRESSOR PLAIN_LOOP VICTIM_CPU AGGRESSOR_CPU

The aggressors are stopped; the victim lets one of them run for 5 ms at a time. What counts is the slow-down in rounds in
which the aggressor had its CPU for 95 % of the time, and of those the median.
"""

import collections
import math
import subprocess
import sys

from peer import Loop, StressNg
from promises import middle_ratio, say

ROUNDS = 60
LEAST_SHARE = 0.95
LEAST_ROUNDS = 10
# Of the slow-downs less 1, ours at the end of its interval: as heavy as stress-ng, and as the C loop.
LEAST = 0.95


def main():
    victim, aggressor, loop, victim_cpu, cpu = sys.argv[1:]
    ours, theirs = Loop(aggressor, cpu), Loop(loop, cpu)
    stress = StressNg(cpu)
    names = ["ours", "C", "stress-ng"]
    pids = [ours.stopped_with("60000000"), theirs.stopped_with("60 100000000"), stress.worker]
    try:
        output = subprocess.run(
            [victim, victim_cpu, str(ROUNDS), *map(str, pids)], check=True, capture_output=True, text=True).stdout
    finally:
        ours.end()
        theirs.end()
        stress.end()
    logs = collections.defaultdict(dict)
    for number, line in enumerate(output.splitlines()):
        name, without, beside, share = line.split()
        if float(share) >= LEAST_SHARE:
            logs[names[int(name)]][number // len(names)] = math.log(float(beside) / float(without))
    if any(len(logs[name]) < LEAST_ROUNDS for name in names):
        print(f"skipped: fewer than {LEAST_ROUNDS} of {ROUNDS} rounds were undisturbed, the machine is too busy")
        return 0
    slowdown = {name: middle_ratio(list(logs[name].values())) for name in names}
    figures = ", ".join(f"{name} {m:.2f}x [{low:.2f}, {high:.2f}] in {len(logs[name])} rounds"
                        for name, (m, low, high) in slowdown.items())
    good = True
    for name in names[1:]:
        holds = slowdown["ours"][2] - 1 >= LEAST * (slowdown[name][0] - 1)
        good = say(f"slows a chase through memory at least as much as {name}, as far as the interval tells", holds, figures) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
