#!/usr/bin/env python3
"""Reading 500 result folders: time and memory of a report, of a comparison of kinds, and of anonymous copies.

Usage: fleet.py SPLITBENCH FOLDER
"""
import json, os, pathlib, subprocess, sys, time

from promises import say
from synthetic_fleet import make

# (machines, runs of each); most of each kind have to be alike, so that those who are not stand out.
SIZES = ((75, 4), (125, 4))
MOST_SECONDS, MOST_MEGABYTES = 20, 1000


def timed(*command):
    """Wall time in s and peak memory in MB; the exit code has to be 0, or 1: an answer."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    tool, work = sys.argv[1], pathlib.Path(sys.argv[2]) / "fleet"
    results = []
    for machines, runs in SIZES:
        tree = work / str(machines * runs)
        planted = make(tree, machines, runs)
        megabytes = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) / 2**20
        what = f"{machines * runs} runs of {machines} machines, {megabytes:.0f} MB"
        page = tree.with_suffix(".html")
        seconds, peak = timed(tool, "report", tree, "--output", page)
        results.append(say(
            f"{what}: report within {MOST_SECONDS} s and {MOST_MEGABYTES} MB",
            seconds <= MOST_SECONDS and peak <= MOST_MEGABYTES, f"{seconds:.1f} s, {peak:.0f} MB"))
        text = page.read_text()
        unusual = planted["off"] + planted["slow"] + planted["clones"]
        results.append(say(
            "every machine that was made unlike its kind is named", all(name in text for name in unusual),
            json.dumps(planted)))
        seconds, peak = timed(
            tool, "compare", "--groups", tree, "--anyway", "--only", "cost,bystander", "--where", "instruction=add,locked=true")
        print(f"              compare --groups, lock add alone: {seconds:.1f} s, {peak:.0f} MB")
        seconds, peak = timed(tool, "compare", "--groups", tree, "--anyway")
        print(f"              compare --groups, all cells: {seconds:.1f} s, {peak:.0f} MB")
        seconds, peak = timed(tool, "anonymise", tree, "--out", tree.with_suffix(".copy"))
        print(f"              anonymise: {seconds:.1f} s, {peak:.0f} MB")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
