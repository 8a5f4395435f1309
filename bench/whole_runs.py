"""Whole runs of splitbench: their bounds, the precision of their headline cells, and what differs between them.

Usage: whole_runs.py SPLITBENCH FOLDER [--runs N] [--pause SECONDS] [--csv FILE]

The last two runs stand for "two runs, minutes apart"; the spread between runs is estimated from those before. For
each cell the 95 % interval of the ratio of the two is exp(log ratio +- t * s * sqrt(2)), s being the standard
deviation of the logarithms over the earlier runs: it holds what differs within and between runs.
"""

import argparse
import json
import pathlib
import sys
import time

import numpy
import pandas
from peer import watched
from promises import T95, say

# Locked time of one run here, in seconds.
BUDGET = 0.35
KEY = ["instruction", "width_bytes", "locked", "placement", "offset_bytes", "line_state", "between", "cpu"]


def run(tool, arguments, poll=0.2):
    """Runs the tool; returns its wall time in s and its peak memory in MB, looked at every so many seconds."""
    _, seconds, megabytes = watched([tool, *arguments], poll=poll)
    return seconds, megabytes


def measure(tool, folder, *arguments):
    """One run into a folder of its own; returns its path, time and memory."""
    seconds, megabytes = run(tool, ["run", "--quiet", "--out", str(folder), *arguments])
    return next(folder.iterdir()), seconds, megabytes


def contention(path, record):
    """The zero of the scale: registers only beside nothing."""
    if not (path / "bystander.csv").exists():
        return True
    table = pandas.read_csv(path / "bystander.csv")
    zero = table[(table.victim == "alu") & (table.aggressor == "idle")].slowdown
    return say("alu beside idle: 1.00 within 1 %", ((zero - 1).abs() <= 0.01).all(), f"{zero.round(4).tolist()}")


def bounds(tool, folder):
    """Time, memory and locked time of the two plans, and of doctor."""
    results = []
    for plan, wall, locked in [("quick", 19, 0.5), ("standard", 130, 2)]:
        path, seconds, megabytes = measure(tool, folder / f"bounds-{plan}", "--plan", plan)
        record = json.loads((path / "run.json").read_text())
        spent = record["locked_time"]["spent_seconds"]
        victims = sum(sum(sizes.values()) for sizes in record.get("victim_memory", {}).values()) / 2**20
        results.append(say(
            f"{plan} within {wall} s (and 1 s to start and end), {locked} s of locked time and 100 MB beside the victims'",
            seconds <= wall + 1 and spent <= locked and megabytes - victims <= 100,
            f"{seconds:.1f} s, {spent:.2f} s, {megabytes - victims:.0f} MB, {record['rounds_done']} rounds"))
        if plan == "standard":
            results.append(contention(path, record))
    doctor = sorted(run(tool, ["doctor"])[0] for _ in range(7))[3]
    results.append(say("doctor within 0.2 s", doctor <= 0.2, f"{doctor:.3f} s (median of 7)"))
    return all(results)


def headlines(records):
    """How precise the headline cells became. A machine with a busy neighbour has a bad minute: the median run counts."""
    widths = [max(h.get("relative_half_width", numpy.inf) for h in record["headlines"]) * 100 for record in records]
    locks = max(h["bus_locks"] for record in records for h in record["headlines"])
    return say(
        "headline cells within 2 % from at most 20,000 bus locks each, in the median run",
        numpy.median(widths) <= 2 and locks <= 20_000,
        f"the widest of each run {', '.join(f'{w:.2f}' for w in widths)} %; at most {locks} bus locks")


def between(tool, folder, runs, pause, csv):
    """Whether an interval that knows the spread between runs holds 1 for two runs of the same machine."""
    tables, records = [], []
    for number in range(runs):
        if number:
            time.sleep(pause)
        path, _, _ = measure(tool, folder / f"run-{number}", "--only", "cost", "--budget", str(BUDGET))
        table = pandas.read_csv(path / "cost.csv").set_index(KEY)
        records.append(json.loads((path / "run.json").read_text()))
        tables.append(numpy.log(table["median_ns"].where(table["median_ns"] > 0)).rename(number))
    logs = pandas.concat(tables, axis=1, join="inner").dropna()
    spread = logs.iloc[:, :-2].std(axis=1, ddof=1)
    ratio = logs.iloc[:, -1] - logs.iloc[:, -2]
    reach = T95[runs - 3] * spread * numpy.sqrt(2)
    cells = pandas.DataFrame({
        "between_run_spread_percent": 100 * (numpy.exp(spread) - 1),
        "ratio": numpy.exp(ratio), "ratio_low": numpy.exp(ratio - reach), "ratio_high": numpy.exp(ratio + reach),
    })
    cells["holds_one"] = (cells.ratio_low <= 1) & (cells.ratio_high >= 1)
    share = cells.holds_one.mean()
    if csv:
        cells.holds_one = cells.holds_one.map({True: "true", False: "false"})
        cells.round(4).rename(index={True: "true", False: "false"}, level="locked").to_csv(csv)
    quantiles = cells.between_run_spread_percent.quantile([0.5, 0.9, 1]).round(1).tolist()
    same = say(
        "the interval of the ratio of two runs holds 1 in 90 % of the cells", share >= 0.9,
        f"{100 * share:.1f} % of {len(cells)} cells; spread between runs, median {quantiles[0]} %, "
        f"90th percentile {quantiles[1]} %, largest {quantiles[2]} %")
    return headlines(records) and same


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=7, choices=[degrees + 3 for degrees in T95])
    parser.add_argument("--pause", type=float, default=60, help="seconds between two runs")
    parser.add_argument("--csv", help="writes the spread of every cell here")
    arguments = parser.parse_args()
    good = bounds(arguments.tool, arguments.folder)
    good = between(arguments.tool, arguments.folder, arguments.runs, arguments.pause, arguments.csv) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
