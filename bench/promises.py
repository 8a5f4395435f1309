"""What the benchmarks share."""

# Two-sided 95 % points of Student's t by degrees of freedom.
T95 = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 11: 2.201, 14: 2.145, 19: 2.093, 23: 2.069}


def say(promise, holds, figures):
    """Prints whether a promise holds, with the figures; returns whether it does."""
    print(f"{'holds        ' if holds else 'DOES NOT HOLD'}  {promise}: {figures}", flush=True)
    return holds
