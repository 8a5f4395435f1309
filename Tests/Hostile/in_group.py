"""Runs a command in a control group of its own, of version 1 or 2, and removes the group: in_group.py LIMIT=VALUE COMMAND [ARGUMENT..]

Limits: cpus (a list), quota (in CPUs), memory (in bytes). Exit code 77: no such group can be made here.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PERIOD_US = 100_000
NO_GROUP = 77


def files(limit: str, value: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The controller of a limit, what is written to its files in version 1, and in version 2."""
    if limit == "cpus":
        memory_nodes = ROOT / "cpuset/cpuset.mems"
        nodes = memory_nodes.read_text() if memory_nodes.exists() else ""
        return "cpuset", {"cpuset.mems": nodes, "cpuset.cpus": value}, {"cpuset.cpus": value}
    if limit == "quota":
        quota = str(int(float(value) * PERIOD_US))
        first = {"cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": quota}
        return "cpu", first, {"cpu.max": f"{quota} {PERIOD_US}"}
    return "memory", {"memory.limit_in_bytes": value}, {"memory.max": value}


def make(limit: str, value: str) -> Path:
    controller, first, second = files(limit, value)
    name = f"splitbench-{os.getpid()}"
    if (ROOT / controller / "tasks").exists():
        group, contents = ROOT / controller / name, first
    else:
        (ROOT / "cgroup.subtree_control").write_text(f"+{controller}")
        group, contents = ROOT / name, second
    group.mkdir()
    try:
        for file, text in contents.items():
            (group / file).write_text(text)
    except OSError:
        group.rmdir()
        raise
    return group


def main() -> int:
    try:
        group = make(*sys.argv[1].split("=", 1))
    except OSError as error:
        print(f"error: no control group: {error}", file=sys.stderr)
        return NO_GROUP
    try:
        enter = lambda: (group / "cgroup.procs").write_text(str(os.getpid()))
        code = subprocess.run(sys.argv[2:], preexec_fn=enter).returncode
    finally:
        group.rmdir()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
