"""What each tool takes to know the cost of a split lock, and how well ten runs of it agree; prints a table.

Usage: precision_of_peers.py SPLITBENCH PLAIN_LOOP PING_PONG FOLDER CPU OTHER_CPU

All measure in turn, ten times. Split locks for 2 %: those of so many values, five at least, that the interval of the 20 %
trimmed mean of their logarithms (Tukey and McLaughlin's, as in SplitBench) is within 2 %; a value is a round of ours, a burst of
48 of the C loop, a sample of the ping-pong, a run of stress-ng, which prints one number. Spread: standard deviation of the logarithms of the runs' results.
"""

import json
import math
import pathlib
import re
import statistics
import sys
import time

import pandas
from peer import StressNg, bounded, watched
from scipy import stats

RUNS = 10
WITHIN = 0.02
BURST, BURSTS = 48, 100
PASSES, SAMPLES = 300, 12
# Of stress-ng: bogo-operations a run, and the split locks in each: 64 of its 118 atomic operations (stress-lockbus.c).
BOGO_OPERATIONS, SPLIT_LOCKS = 400, 64


def half_width(logs):
    """Of the 95 % interval of their 20 % trimmed mean (Tukey and McLaughlin 1963)."""
    ordered = sorted(logs)
    cut = len(ordered) // 5
    winsorized = [min(max(log, ordered[cut]), ordered[-1 - cut]) for log in ordered]
    kept = len(ordered) - 2 * cut
    squares = statistics.variance(winsorized) * (len(ordered) - 1)
    return stats.t.ppf(0.975, kept - 1) * math.sqrt(squares / (kept * (kept - 1)))


def needed(values):
    """Least number of values with an interval within 2 %, from which on it stays so; None if they do not suffice."""
    logs = [math.log(value) for value in values]
    least = None
    for count in range(5, len(logs) + 1):
        if half_width(logs[:count]) > math.log(1 + WITHIN):
            least = None
        elif least is None:
            least = count
    return least


class Run:
    """What one run of a tool gave: its result in ns, its values, split locks a value and in all, s and MB."""

    def __init__(self, result, values, locks_a_value, locks, seconds, megabytes):
        self.result, self.values, self.locks_a_value, self.locks = result, values, locks_a_value, locks
        self.seconds, self.megabytes = seconds, megabytes


def ours(tool, folder, cpu):
    out = folder / f"precision-{len(list(folder.glob('precision-*')))}"
    _, seconds, megabytes = watched(
        [tool, "run", "--quiet", "--plan", "quick", "--only", "cost", "--instruction", "add", "--width", "8", "--placement", "line-split",
         "--offset", "60", "--cpu", cpu, "--budget", "0.06", "--out", str(out)])
    path = next(out.iterdir())
    record = json.loads((path / "run.json").read_text())
    cost = pandas.read_csv(path / "cost.csv")
    usual = cost.locked & (cost.placement == "line-split") & (cost.line_state == "hot") & (cost.between == "nothing")
    cell = cost[usual].iloc[0]
    samples = pandas.read_csv(path / "samples.csv")
    samples = samples[samples.cell == cell.cell]
    slopes = samples[(samples.timing == "slope") & samples.disturbance.isna()]
    ticks = (slopes.long_tsc_cycles - slopes.short_tsc_cycles) / (slopes.long_operations - slopes.short_operations)
    values = ticks.groupby(slopes["round"]).median()
    everything = samples.short_operations.sum() + samples.long_operations.sum()
    return Run(cell.median_ns, values[values > 0].tolist(), everything / samples["round"].nunique(),
               round(record["locked_time"]["spent_seconds"] / cell.median_ns * 1e9), seconds, megabytes)


def plain_loop(program, cpu):
    output, seconds, megabytes = watched(
        [program, cpu], f"60 {BURST}\n" * BURSTS, poll=0.001, limit=bounded)
    values = [float(line) for line in output.splitlines()]
    return Run(statistics.median(values), values, BURST, BURST * BURSTS, seconds, megabytes)


def ping_pong(program, cpu, other):
    output, seconds, megabytes = watched([program, cpu, other, "60", str(SAMPLES), str(PASSES)], limit=bounded)
    *samples, attempts = output.splitlines()
    values = [float(line) for line in samples]
    locks = int(attempts.split()[1])
    return Run(statistics.median(values) if values else None, values, locks / SAMPLES, locks, seconds, megabytes)


def stress_ng(cpu, folder):
    report = folder / "stress-ng.yaml"
    start = time.monotonic()
    StressNg(cpu, "--lockbus-ops", str(BOGO_OPERATIONS), "--metrics-brief", "--yaml", str(report)).finish()
    seconds = time.monotonic() - start
    found = dict(re.findall(r"^ +([a-z-]+): ([\d.]+)$", report.read_text(), re.MULTILINE))
    result = 1e9 / float(found["bogo-ops-per-second-usr-sys-time"])
    locks = BOGO_OPERATIONS * SPLIT_LOCKS
    return Run(result, [result], locks, locks, seconds, float(found["max-rss"]) / 1024)


def row(name, unit, runs):
    results = [run.result for run in runs if run.result]
    spread = 100 * (math.exp(statistics.stdev(math.log(result) for result in results)) - 1)
    single = all(len(run.values) == 1 for run in runs)
    counts = [needed(results)] if single else [needed(run.values) for run in runs]
    enough = [count * run.locks_a_value for count, run in zip(counts, runs) if count]
    if 2 * len(enough) > len(counts):
        some = "" if len(enough) == len(counts) else f" ({len(enough)} of {len(counts)} runs)"
        locks = f"{statistics.median(enough):.0f}{some}"
    else:
        spent = [run.locks for run in runs]
        locks = f"more than {sum(spent) if single else statistics.median(spent):.0f}"
    middle = {key: statistics.median(getattr(run, key) for run in runs) for key in ("locks", "seconds", "megabytes")}
    return (f"| {name} | {statistics.median(results):.4g} {unit} | {locks} | {spread:.1f} % | {middle['locks']:.0f} | "
            f"{middle['seconds']:.2f} | {middle['megabytes']:.0f} |")


def main():
    tool, loop, passer, folder, cpu, other = sys.argv[1:]
    folder = pathlib.Path(folder)
    tools = {
        ("SplitBench, `run --only cost`, one cell", "ns"): lambda: ours(tool, folder, cpu),
        ("plain C loop", "ns"): lambda: plain_loop(loop, cpu),
        ("core-to-core ping-pong, split", "ns one way"): lambda: ping_pong(passer, cpu, other),
        ("stress-ng --lockbus", "ns a bogo-operation"): lambda: stress_ng(cpu, folder),
    }
    runs = {name: [] for name in tools}
    for number in range(RUNS):
        # Another one begins each time.
        for name in list(tools)[number % len(tools):] + list(tools)[:number % len(tools)]:
            runs[name].append(tools[name]())
    print("| tool | result | split locks for ±2 % | spread of ten runs | split locks of a run | s | MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in tools:
        print(row(*name, runs[name]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
