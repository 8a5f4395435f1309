"""What the tests of fleets share: the lab, and what they install on its hosts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Tests/EmulatedMachine"))
from command import CannotRun  # noqa: E402

from lab import Lab  # noqa: E402

PACKAGES = ["openssh-server", "sudo", "python3", "procps", "munge", "slurmctld", "slurmd", "slurm-client"]
# Under a millisecond of locked time.
ONE_RUN = "--only cost --instruction add --width 8 --placement line-split --rounds 1 --plan quick --budget 0.002".split()
NAMESPACES = ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork"]


def obstacle() -> str | None:
    """Why there can be no lab here; None where there can."""
    if os.geteuid() != 0:
        return "hosts are made of namespaces, which takes root"
    tried = subprocess.run([*NAMESPACES, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True)
    if tried.returncode:
        return f"hosts are made of namespaces, and here there are none: {tried.stderr.strip()}"
    if "overlay" not in Path("/proc/filesystems").read_text():
        return "hosts share this machine's files by overlayfs, which this Linux lacks"
    return None


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if why := obstacle():
        pytest.skip(why)
    lab = Lab(tmp_path_factory.mktemp("fleet") / "lab")
    try:
        lab.install(PACKAGES)
        yield lab
    finally:
        lab.end()


def only(pattern: str) -> Path:
    """The one file that `make test-fleet` has made."""
    found = sorted((REPOSITORY / ".build").glob(pattern))
    if len(found) != 1:
        raise CannotRun(f".build/{pattern} are {len(found)} files, not one: run `make clean`, then `make test-fleet`")
    return found[0]


@pytest.fixture(scope="session")
def package() -> Path:
    return only("package/splitbench_*.deb")


@pytest.fixture(scope="session")
def bundle() -> Path:
    return only("bundle/splitbench-*.tar.gz")
