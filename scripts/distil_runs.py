"""Prints what every run of a machine gave for every cell of its cost.csv, in ns, as one small CSV.

Usage: distil_runs.py FOLDER, in which the runs lie. The fixtures of Tests/ComparisonTests are made this way.
"""
import json
import pathlib
import sys

import pandas

KEY = ["cpu", "instruction", "width_bytes", "locked", "placement", "offset_bytes", "line_state", "between"]

runs = {}
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if json.loads((folder / "run.json").read_text())["complete"]:
        runs[folder.name.split("-")[0]] = pandas.read_csv(folder / "cost.csv").set_index(KEY).median_ns
table = pandas.DataFrame(runs)
table.index = ["CPU {} {} {} {} {} {} {} {}".format(
    cpu, instruction, width, "locked" if locked else "plain", placement, offset, line_state, between)
    for cpu, instruction, width, locked, placement, offset, line_state, between in table.index]
table.index.name = "cell"
table.to_csv(sys.stdout, float_format="%.4g")
