"""What the benchmarks share."""

import math
import statistics

# Two-sided 95 % points of Student's t by degrees of freedom.
T95 = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 11: 2.201, 14: 2.145, 19: 2.093, 23: 2.069}


def say(promise, holds, figures):
    """Prints whether a promise holds, with the figures; returns whether it does."""
    print(f"{'holds        ' if holds else 'DOES NOT HOLD'}  {promise}: {figures}", flush=True)
    return holds


def mean_ratio(logs):
    """From logarithms of ratios: their mean as a ratio, and its 95 % interval."""
    mean = statistics.mean(logs)
    reach = T95[len(logs) - 1] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - reach), math.exp(mean + reach)


def middle_ratio(logs):
    """From logarithms of ratios: their median as a ratio, and two of them that hold it between them in 95 % of all cases."""
    ordered = sorted(logs)
    reach = 0.98 * math.sqrt(len(logs))  # Half of 1.96 standard deviations of a binomial rank.
    low, high = max(0, math.floor(len(logs) / 2 - reach)), min(len(logs) - 1, math.ceil(len(logs) / 2 + reach))
    return math.exp(statistics.median(logs)), math.exp(ordered[low]), math.exp(ordered[high])
