"""splitbench compare against pandas and SciPy doing the same, on folders of 1,000,000 sample rows and 5,000 cells a side.

Usage: compare_against_pandas.py SPLITBENCH FOLDER

One run a side: the rounds of every cell from the raw timings, Yuen's test, Holm's adjustment. Five runs a side: the tables of
all runs, Welch's test, Holm's adjustment. Both write a row a cell. Times are of whole processes, in turn, the median of five.
"""

import json
import pathlib
import statistics
import sys

import numpy
import pandas
from promises import say
from whole_runs import run

CELLS, ROUNDS, SAMPLES = 5000, 25, 8
ROOT = pathlib.Path(__file__).resolve().parent.parent


def folder(path, number, record, rows):
    """A run of 5,000 cells; with raw timings if there are to be rows of them."""
    path.mkdir(parents=True)
    random = numpy.random.default_rng(number)
    name = f"20260101T{100000 + number}Z-made"
    record = {**record, "run": name, "started_utc": f"2026-01-01T{100000 + number}Z"}
    (path / "run.json").write_text(json.dumps(record))
    cell = numpy.arange(CELLS)
    cost = 1000 * random.lognormal(0, 0.02, CELLS)
    pandas.DataFrame({
        "run": name, "round_count": ROUNDS, "cpu": 1, "setting": "as-found", "instruction": "add", "width_bytes": 8,
        "locked": "true", "placement": "line-split", "offset_bytes": cell, "median_ns": cost, "median_low_ns": cost * 0.99,
        "median_high_ns": cost * 1.01, "line_state": "hot", "outcome": "completed", "warnings": "", "between": "nothing",
        "cell": cell,
    }).to_csv(path / "cost.csv", index=False, float_format="%.6g")
    if rows:
        rate = record["clock"]["tsc_ticks_per_nanosecond"]
        cells = numpy.tile(numpy.repeat(cell, SAMPLES), ROUNDS)
        rounds = numpy.repeat(numpy.arange(ROUNDS), CELLS * SAMPLES)
        ticks = (cost[cells] * rate * 16 * random.lognormal(0, 0.05, rows)).astype(int)
        disturbed = numpy.repeat(random.random(rows // SAMPLES) < 0.1, SAMPLES)
        pandas.DataFrame({
            "cell": cells, "round": rounds, "sequence": numpy.arange(rows) // SAMPLES, "timing": "slope",
            "short_operations": 16, "short_tsc_cycles": ticks, "long_operations": 48, "long_tsc_cycles": 3 * ticks,
            "core_cycles_per_tsc_cycle": 1.36399, "disturbance": numpy.where(disturbed, "shared-core", ""),
        }).to_csv(path / "samples.csv", index=False)
    return path


def timed(program, arguments):
    """Median time in s and peak memory in MB of five runs."""
    runs = [run(program, arguments, poll=0.01) for _ in range(5)]
    return statistics.median(seconds for seconds, _ in runs), max(memory for _, memory in runs)


def compared(what, tool, sides, pandas_mode):
    ours, memory = timed(tool, ["compare", *map(str, sides), "--csv"])
    script = str(pathlib.Path(__file__).with_name("compare_with_pandas.py"))
    theirs, their_memory = timed(sys.executable, [script, pandas_mode, *map(str, sides)])
    return [
        say(f"{what}: compare within 3 s and 600 MB", ours <= 3 and memory <= 600, f"{ours:.2f} s, {memory:.0f} MB"),
        say("no slower than pandas and SciPy", ours <= theirs,
            f"{ours / theirs:.2f} of their {theirs:.2f} s and {their_memory:.0f} MB"),
    ]


def main():
    tool, work = sys.argv[1], pathlib.Path(sys.argv[2]) / "compare"
    committed = next((ROOT / "results" / "amd-epyc-f25-m17-s1-kvm").glob("*/run.json"))
    record = json.loads(committed.read_text())
    single = [folder(work / side, index, record, CELLS * ROUNDS * SAMPLES) for index, side in enumerate("ab")]
    several = [work / "c", work / "d"]
    for index in range(10):
        folder(several[index % 2] / f"run-{index}", 10 + index, record, 0)
    results = compared("one run a side, 1,000,000 samples and 5,000 cells each", tool, single, "rounds")
    results += compared("five runs a side, 5,000 cells each", tool, several, "runs")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
