"""Split locks a second of our aggressor against a plain C loop, back to back, in bursts of 2 ms in turn on one CPU.

Usage: saturation_against_c.py OUR_AGGRESSOR PLAIN_LOOP CPU

Ours looks at the clock and at a flag between any two, the C loop at nothing. The pair of bursts is the unit, and the median
stands for all: now and then Linux runs something else in a burst.
"""

import math
import statistics
import sys
import time

from peer import Loop
from promises import middle_ratio, say

PAIRS = 100
BURST = 0.002
LEAST = 0.98


def main():
    ours, theirs = Loop(sys.argv[1], sys.argv[3]), Loop(sys.argv[2], sys.argv[3])

    def our_rate():
        operations, nanoseconds = map(float, ours.ask(f"{BURST * 1e6:.0f}").split())
        return operations / nanoseconds * 1e9

    def their_rate():
        return 1e9 / float(theirs.ask(f"60 {count}"))

    count = int(our_rate() * BURST)
    rates = {our_rate: [], their_rate: []}
    for pair in range(PAIRS):
        for rate in (our_rate, their_rate) if pair % 2 else (their_rate, our_rate):
            rates[rate].append(rate())
            time.sleep(2 * BURST)
    ours.end()
    theirs.end()
    ratio, low, high = middle_ratio([math.log(a / b) for a, b in zip(rates[our_rate], rates[their_rate])])
    mine, other = (statistics.median(rates[rate]) for rate in (our_rate, their_rate))
    holds = ratio >= LEAST
    say(f"split locks a second at saturation at least {LEAST} of the C loop's", holds,
        f"ours {mine:.0f}/s, C {other:.0f}/s, ratio {ratio:.4f} [{low:.4f}, {high:.4f}], {PAIRS} pairs of bursts")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
