"""What splitbench compare does, as a person would write it with pandas and SciPy: prints a row a cell.

Usage: compare_with_pandas.py rounds RUN RUN | runs FOLDER FOLDER
"""

import json
import pathlib
import sys

import numpy
import pandas
from scipy import stats

KEY = ["instruction", "width_bytes", "locked", "placement", "offset_bytes", "line_state", "between", "cpu"]


def rounds(path):
    """The logarithm of every cell's cost in every undisturbed round."""
    clock = json.loads((path / "run.json").read_text())["clock"]["tsc_ticks_per_nanosecond"]
    cost = pandas.read_csv(path / "cost.csv").set_index("cell")[KEY]
    samples = pandas.read_csv(path / "samples.csv")
    samples = samples[(samples.timing == "slope") & samples.disturbance.isna()]
    slopes = (samples.long_tsc_cycles - samples.short_tsc_cycles) / (samples.long_operations - samples.short_operations)
    visits = slopes.groupby([samples.cell, samples["round"], samples.sequence]).median()
    table = numpy.log(visits.groupby(level=[0, 1]).median() / clock).unstack()
    return table.set_index(pandas.MultiIndex.from_frame(cost.loc[table.index]))


def runs(folder):
    """The logarithm of every cell's cost in every run."""
    tables = [pandas.read_csv(path).set_index(KEY).median_ns for path in sorted(folder.glob("*/cost.csv"))]
    return numpy.log(pandas.concat(tables, axis=1))


def holm(p):
    order = numpy.argsort(p)
    adjusted = numpy.maximum.accumulate(numpy.minimum(1, p[order] * (len(p) - numpy.arange(len(p)))))
    result = numpy.empty_like(p)
    result[order] = adjusted
    return result


def yuen(a, b):
    """Cell by cell: their numbers of undisturbed rounds differ."""
    return [stats.ttest_ind(y[~numpy.isnan(y)], x[~numpy.isnan(x)], equal_var=False, trim=0.2) for x, y in zip(a, b)]


def main():
    read, trim = (rounds, True) if sys.argv[1] == "rounds" else (runs, False)
    first, second = (read(pathlib.Path(path)) for path in sys.argv[2:])
    first, second = first.align(second, join="inner", axis=0)
    a, b = first.to_numpy(), second.to_numpy()
    if trim:
        p = numpy.array([result.pvalue for result in yuen(a, b)])
        interval = numpy.full((2, len(p)), numpy.nan)  # SciPy has none of trimmed means
    else:
        result = stats.ttest_ind(b, a, axis=1, equal_var=False)
        p, interval = result.pvalue, numpy.exp(result.confidence_interval())
    pandas.DataFrame({
        "first": numpy.exp(numpy.nanmean(a, axis=1)), "second": numpy.exp(numpy.nanmean(b, axis=1)),
        "ratio": numpy.exp(numpy.nanmean(b, axis=1) - numpy.nanmean(a, axis=1)), "ratio_low": interval[0],
        "ratio_high": interval[1], "p": p, "adjusted_p": holm(p),
    }, index=first.index).to_csv(sys.stdout)


if __name__ == "__main__":
    main()
