"""The report of a soak, in Markdown."""

import platform
import time
from collections import Counter

from fuzzers import Fuzzed
from native import Tally


def listed(counts: Counter) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=str))


def section(title: str, asked: int, tally: Tally, remark: str) -> list[str]:
    return [
        f"## {title}", "", f"{tally.runs} of {asked} runs. {remark}", "",
        f"- what happened to them: {listed(tally.events) or 'nothing'}",
        f"- exit codes (negative: a signal's number): {listed(tally.codes) or 'none'}",
        f"- folders: {tally.complete} complete, {tally.incomplete} marked incomplete; all of them valid but for what follows",
        f"- faults: {len(tally.faults)}", *(f"  - {fault}" for fault in tally.faults), "",
    ]


def text(seed: int, version: str, native: tuple[int, Tally], emulated: tuple[int, Tally], fuzzed: list[Fuzzed]) -> str:
    locked = f"{native[1].split_locks} split locks, {native[1].locked_seconds:.3f} s of locked time."
    lines = [
        "# The last soak", "",
        f"Written by `make soak` on {time.strftime('%Y-%m-%d', time.gmtime())}: splitbench {version}, Linux"
        f" {platform.release()}, seed {seed}.", "",
        *section("On this machine", *native, locked),
        *section("In the emulated machine", *emulated,
                 "Registers and kernel.split_lock_mitigate are compared with what they were after each."),
        "## Fuzzers", "",
    ]
    if fuzzed:
        lines += ["| parser | seconds | inputs | edges | fault |", "| --- | ---: | ---: | ---: | --- |"]
        lines += [f"| {one.parser} | {one.seconds} | {one.inputs} | {one.coverage} | {one.fault or 'none'} |" for one in fuzzed]
    else:
        lines.append("None was run.")
    return "\n".join(lines) + "\n"
