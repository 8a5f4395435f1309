"""Our median against a plain C program's, over several processes of each.

Usage: against_c.py BENCH_AGAINST_C PLAIN_LOOP [PAIRS]

Within one pair of processes the ratio is sharp, but an aligned `lock add` costs up to 5 % more or less in one process
than in the next, ours or theirs. So the pair of processes is the unit, and the interval is over pairs.
"""

import collections
import math
import statistics
import subprocess
import sys

from promises import mean_ratio, say

ROUNDS = 60


def main():
    bench, plain = sys.argv[1:3]
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 24
    ratios, ours, theirs = (collections.defaultdict(list) for _ in range(3))
    for _ in range(pairs):
        output = subprocess.run([bench, plain, str(ROUNDS)], check=True, capture_output=True, text=True).stdout
        for line in output.splitlines():
            if line.startswith("skipped"):
                print(line)
                return 0
            placement, _, own, other, ratio = line.split()
            ratios[placement].append(math.log(float(ratio)))
            ours[placement].append(float(own))
            theirs[placement].append(float(other))
    good = len(ratios) == 2
    for placement, logs in ratios.items():
        if len(logs) != pairs:
            good = say(f"8-byte lock add, {placement}", False, f"only {len(logs)} of {pairs} pairs were undisturbed")
            continue
        ratio, low, high = mean_ratio(logs)
        holds = low <= 1 <= high or (low >= 0.98 and high <= 1.02)
        good = say(
            f"8-byte lock add, {placement}: ratio 1 in the interval, or the interval within 2 %", holds,
            f"ours {statistics.median(ours[placement]):.4g} ns, C {statistics.median(theirs[placement]):.4g} ns, "
            f"ratio {ratio:.4f} [{low:.4f}, {high:.4f}], single pairs from {math.exp(min(logs)):.3f} "
            f"to {math.exp(max(logs)):.3f}") and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
