"""Whether a result folder is whole, or says that it is not."""

import json
from pathlib import Path

from frictionless import validate


def fault(folder: Path, was_cut_short: bool) -> str | None:
    """What is wrong with it; None if it is valid. Only a run that was cut short may have left a folder without a record, or a
    file that it was writing under another name."""
    unfinished = [file.name for file in folder.glob(".*.new")]
    if unfinished and not was_cut_short:
        return f"{unfinished} left"
    record = folder / "run.json"
    if not record.exists():
        return None if was_cut_short else "no run.json"
    said = json.loads(record.read_text())
    if said["complete"] != (said["end"] in ("finished", "wall-limit")):
        return f"complete is {said['complete']} at the end {said['end']}"
    if said.get("settings_changed"):
        return "the settings have changed"
    for table in folder.glob("*.csv"):
        with open(table, newline="") as file:
            if not file.readline():
                return f"{table.name} is empty"
    report = validate(str(folder / "datapackage.json"), type="package")
    return None if report.valid else f"not valid: {report.flatten(['title', 'note'])[:3]}"


def is_complete(folder: Path) -> bool:
    record = folder / "run.json"
    return record.exists() and json.loads(record.read_text())["complete"]


def split_locks(folder: Path) -> tuple[int, float]:
    """Those performed, and the locked time in seconds."""
    record = folder / "run.json"
    locked = json.loads(record.read_text())["locked_time"] if record.exists() else {}
    return locked.get("split_locks", 0), locked.get("spent_seconds", 0)
