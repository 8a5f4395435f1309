"""What docs/duckdb.md asks of a tree of results, answered with Python's csv alone: a function a question, in the page's order."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from math import exp, inf, log
from pathlib import Path

Row = dict[str, str]
Answer = list[tuple]


class Tables:
    """The tree, read with Python's csv."""

    def __init__(self, tree: Path) -> None:
        self._results = tree / "results"

    def rows(self, experiment: str, keep: Callable[[Row], bool] = lambda row: True) -> list[Row]:
        rows = []
        for path in sorted(self._results.glob(f"[!.]*/*/{experiment}.csv")):
            with open(path, newline="") as file:
                rows += [row | {"machine": path.parts[-3]} for row in csv.DictReader(file)]
        return [row for row in rows if keep(row)]

    def groups(self, experiment: str, by: str, keep: Callable[[Row], bool]) -> dict[tuple[str, ...], list[Row]]:
        found = defaultdict(list)
        for row in self.rows(experiment, keep):
            found[tuple(row[name] for name in by.split())].append(row)
        return found

    def records(self) -> list[tuple[str, dict]]:
        return [(path.parts[-3], json.loads(path.read_text())) for path in sorted(self._results.glob("[!.]*/*/run.json"))]


def values(rows: list[Row], column: str) -> list[float]:
    return [float(row[column]) for row in rows if row[column]]


def mean(numbers: list[float]) -> float | None:
    return exp(sum(map(log, numbers)) / len(numbers)) if numbers else None


def total(rows: list[Row], column: str) -> int | None:
    return round(sum(values(rows, column))) if values(rows, column) else None


def plain(row: Row) -> bool:
    return (row["locked"], row["line_state"], row["between"]) == ("true", "hot", "nothing")


def is_add(row: Row) -> bool:
    return plain(row) and (row["instruction"], row["width_bytes"], row["placement"]) == ("add", "8", "line-split")


def cost(tables: Tables) -> Answer:
    groups = tables.groups("cost", "machine", lambda row: is_add(row) and row["offset_bytes"] == "60")
    found = [(*key, len(rows), values(rows, "median_ns")) for key, rows in groups.items()]
    return sorted(((*key, mean(ns), min(ns), max(ns)) for *key, ns in found), key=lambda row: -row[2])


def ratios(tables: Tables) -> Answer:
    groups = tables.groups(
        "cost", "machine instruction width_bytes",
        lambda row: plain(row) and row["placement"] == "line-split" and row["ratio_to_aligned"] != "")
    found = [(*key[:2], int(key[2]), mean(values(rows, "ratio_to_aligned"))) for key, rows in groups.items()]
    return sorted(found, key=lambda row: -row[3])[:10]


def pages(tables: Tables) -> Answer:
    found = defaultdict(list)
    for _, rows in tables.groups("cost", "machine run instruction width_bytes offset_bytes", plain).items():
        ns = {row["placement"]: float(row["median_ns"]) for row in rows}
        if "line-split" in ns and "page-split" in ns:
            found[rows[0]["machine"]].append(ns["page-split"] / ns["line-split"])
    return sorted((machine, len(them), mean(them)) for machine, them in found.items())


def offsets(tables: Tables) -> Answer:
    groups = tables.groups("cost", "machine offset_bytes", is_add)
    return sorted((key[0], int(key[1]), mean(values(rows, "median_ns"))) for key, rows in groups.items())


def suffering(tables: Tables) -> Answer:
    groups = tables.groups(
        "bystander", "machine relation victim",
        lambda row: row["aggressor"] == "line-split" and float(row["requested_fraction"]) == 1)
    return sorted((
        (*key, mean(values(rows, "slowdown")), min(values(rows, "slowdown_low"), default=None),
         max(values(rows, "slowdown_high"), default=None))
        for key, rows in groups.items()), key=lambda row: -row[3])


def tolerated(tables: Tables) -> Answer:
    groups = tables.groups(
        "bystander", "machine requested_fraction",
        lambda row: row["aggressor"] == "line-split" and row["victim"] != "line-split-atomic")
    answers = {}
    worst, broken = defaultdict(float), set()
    for (machine, fraction), rows in sorted(groups.items(), key=lambda item: (item[0][0], float(item[0][1]))):
        # Without an interval nothing is known.
        worst[machine] = max(worst[machine], *values(rows, "slowdown_high") or [inf])
        if worst[machine] > 1.05:
            broken.add(machine)
        if machine not in broken:
            answers[machine] = (machine, float(fraction), max(values(rows, "achieved_rate_hz")), worst[machine])
    return sorted(answers.values())


def outcomes(tables: Tables) -> Answer:
    groups = tables.groups(
        "trap", "machine context kind attribution",
        lambda row: row["trigger"] == "split-lock" and row["placement"] in ("line-split", "page-split"))
    return sorted(
        (*key[:3], key[3] or None, len({row["cpu"] for row in rows}),
         *(total(rows, column) for column in ("issued", "trapped", "killed"))) for key, rows in groups.items())


def offenders(tables: Tables) -> Answer:
    groups = tables.groups(
        "scaling", "machine placement threads", lambda row: row["arrangement"] == "own" and int(row["threads"]) > 1)
    return sorted(
        (*key[:2], int(key[2]), mean(values(rows, "ratio_to_one")), min(values(rows, "jain_fairness")))
        for key, rows in groups.items())


def doubtful(tables: Tables) -> Answer:
    groups = tables.groups("cost", "machine run placement", lambda row: True)
    return sorted(
        (*key, len(rows),
         sum(float(row["median_high_ns"]) / float(row["median_low_ns"]) > 1.1 for row in rows if row["median_low_ns"]),
         sum(2 * int(row["disturbed_rounds"]) > int(row["round_count"]) for row in rows if row["disturbed_rounds"]),
         sum("below-resolution" in row["warnings"].split(";") for row in rows)) for key, rows in groups.items())


def census(tables: Tables) -> Answer:
    return sorted(
        ((machine, record["machine"]["processor"]["brand"], record["machine"]["linux"]["microcode"],
          record["machine"]["linux"]["release"], record["machine"]["policy"]["mode"], 1)
         for machine, record in tables.records()), key=lambda row: (row[4], row[0]))


ANSWERS = (cost, ratios, pages, offsets, suffering, tolerated, outcomes, offenders, doubtful, census)
