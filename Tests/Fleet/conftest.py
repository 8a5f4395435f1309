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
# What a lab is made of, in short.
TRIAL = """
mount -t tmpfs lab /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work lab /mnt/root
mount -t sysfs sysfs /mnt/root/sys
ip link add switch type bridge
ip link add one type veth peer name other
"""


def obstacle() -> str | None:
    """Why there can be no lab here; None where there can."""
    if os.geteuid() != 0:
        return "hosts are made of namespaces, which takes root"
    if sum(int(line.split()[2]) for line in Path("/proc/self/uid_map").read_text().splitlines()) < 65536:
        return "hosts have many users, and this namespace has few"
    tried = subprocess.run([*NAMESPACES, "sh", "-e", "-c", TRIAL], capture_output=True, text=True)
    if tried.returncode:
        return f"hosts are made of namespaces, overlayfs and a bridge, which this machine lacks: {tried.stderr.strip()}"
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
