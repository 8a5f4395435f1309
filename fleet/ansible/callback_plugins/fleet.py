"""Says at the end of a playbook which hosts were measured, which skipped it, and which failed and where."""

from __future__ import annotations

import csv
import os
import signal
from collections import Counter
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: fleet
type: aggregate
short_description: which hosts were measured, and where the others failed
description:
  - Prints a line for every host at the end. With SPLITBENCH_FLEET_CSV in the environment, writes a row for every run to that file.
"""

COLUMNS = ("host", "outcome", "step", "reason", "run")


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        # Most real-time signals have none.
        return f"signal {number}"


def reason(result: dict[str, Any]) -> str:
    """Why a task failed, in one line: its last word, or Ansible's."""
    code = result.get("rc")
    said = str(result.get("stderr") or "").strip() or str(result.get("msg") or "no reason was given").strip()
    last = said.splitlines()[-1]
    if not isinstance(code, int):
        return last
    # As the module command tells of a signal, and timeout(1) of a deadline.
    if code < 0:
        return f"killed by {signal_name(-code)}"
    return "the deadline passed" if code == 124 else f"exit code {code}: {last}"


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "fleet"

    def __init__(self) -> None:
        super().__init__()
        # The first failure of a host is the cause of those behind it.
        self._failures: dict[str, tuple[str, str, str]] = {}

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            self._note(result, "failed")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._note(result, "unreachable")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        hosts = sorted(stats.processed)
        counts: Counter[str] = Counter()
        lines: list[str] = []
        rows = [COLUMNS]
        for host in hosts:
            runs = [str(run) for run in stats.custom.get(host, {}).get("splitbench_runs", [])]
            # Nothing failed and nothing came: a run by --if-busy skip.
            outcome, step, why = self._failures.get(host, ("measured" if runs else "skipped", "", ""))
            counts[outcome] += 1
            failure = f" at '{step}': {why}" if step else ""
            if outcome == "unreachable" and step in ("Start the run", "Run"):
                failure += "; its run may go on until its deadline, for which guests of its physical host wait"
            home = f"; {len(runs)} {'run' if len(runs) == 1 else 'runs'}: {os.path.commonpath(runs)}" if runs else ""
            lines.append(f"{host}: {outcome}{failure}{home}")
            # Of a host without a run, a row all the same.
            rows += [(host, outcome, step, why, run) for run in runs or [""]]
        skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
        self._display.banner(f"FLEET: {counts['measured']} of {len(hosts)} hosts measured{skipped}")
        for line in lines:
            self._display.display(line)
        if path := os.environ.get("SPLITBENCH_FLEET_CSV"):
            with open(path, "w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)

    def _note(self, result: Any, outcome: str) -> None:
        # The names that ansible-core has had since 2.0; 2.19 added others.
        host, task = result._host.get_name(), result._task.name
        self._failures.setdefault(host, (outcome, task, reason(result._result)))
