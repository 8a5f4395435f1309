"""Split locks a second of our aggressor against a plain C loop, back to back, in bursts of 2 ms in turn on one CPU.

Usage: saturation_against_c.py OUR_AGGRESSOR PLAIN_LOOP CPU

Ours looks at the clock and at a flag between any two, the C loop at nothing. The pair of processes is the unit: where the
operand lies changes the cost. Of its pairs of bursts the median stands: now and then Linux runs something else in one.
"""

import math
import statistics
import sys
import time

from peer import Loop
from promises import mean_ratio, say

PROCESSES, BURSTS = 20, 7
BURST = 0.002
LEAST = 0.98


def pair(our_program, their_program, cpu, is_first):
    """Median rates of a process of ours and one of theirs in 1/s, and the median of their bursts' ratios."""
    ours, theirs = Loop(our_program, cpu), Loop(their_program, cpu)

    def our_rate():
        operations, nanoseconds = map(float, ours.ask(f"{BURST * 1e6:.0f}").split())
        return operations / nanoseconds * 1e9

    def their_rate():
        return 1e9 / float(theirs.ask(f"60 {count}"))

    count = int(our_rate() * BURST)
    rates = {our_rate: [], their_rate: []}
    for burst in range(BURSTS):
        for rate in (our_rate, their_rate) if (burst + is_first) % 2 else (their_rate, our_rate):
            rates[rate].append(rate())
            time.sleep(2 * BURST)
    ours.end()
    theirs.end()
    ratio = statistics.median(a / b for a, b in zip(rates[our_rate], rates[their_rate]))
    return statistics.median(rates[our_rate]), statistics.median(rates[their_rate]), ratio


def main():
    ours, theirs, ratios = zip(*(pair(*sys.argv[1:], number % 2) for number in range(PROCESSES)))
    ratio, low, high = mean_ratio([math.log(ratio) for ratio in ratios])
    holds = ratio >= LEAST
    say(f"split locks a second at saturation at least {LEAST} of the C loop's", holds,
        f"ours {statistics.median(ours):.0f}/s, C {statistics.median(theirs):.0f}/s, ratio {ratio:.4f} "
        f"[{low:.4f}, {high:.4f}], {PROCESSES} pairs of processes")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
