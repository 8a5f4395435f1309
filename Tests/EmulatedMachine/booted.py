"""One boot, what it left, and what the table says of it."""

import csv
import json
import re
from dataclasses import dataclass
from itertools import takewhile

from boot import Boot
from expected.answers import Answer
from expected.entry import Expected
from expected.table import EXPECTED
from results import Results

Row = dict[str, str]


@dataclass(frozen=True)
class Booted:
    boot: Boot
    results: Results

    @property
    def expected(self) -> Expected:
        return EXPECTED[self.boot.name]

    def doctor(self, step: str = "doctor") -> dict:
        return json.loads(self.results.step(step).out)["machine"]

    def record(self, run: str) -> dict:
        return json.loads((self.results.run(run) / "run.json").read_text())

    def cycles(self, run: str) -> list[dict]:
        """The loops of a run that Linux delayed."""
        return self.record(run).get("duty_cycles", [])

    def rows(self, run: str, table: str = "trap") -> list[Row]:
        with open(self.results.run(run) / f"{table}.csv", newline="") as file:
            return list(csv.DictReader(file))

    def split_locks(self, run: str, context: str = "in-process") -> list[tuple[Answer, Row]]:
        """The rows of split locks, each with what its CPU is to answer."""
        return [
            (self.expected.runs[run][int(row["cpu"])], row) for row in self.rows(run)
            if row["trigger"] == "split-lock" and row["placement"] != "aligned" and row["context"] == context
        ]

    def log(self, step: str) -> list[str]:
        """The lines of Linux's log while a step ran."""
        lines = iter(self.results.log)
        begin = re.compile(rf"\] step \d+-{re.escape(step)}$")
        for line in lines:
            if begin.search(line):
                break
        return list(takewhile(lambda line: not re.search(r"\] step \d+-", line), lines))
