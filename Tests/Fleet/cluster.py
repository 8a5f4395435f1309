"""A cluster of Debian's Slurm on a lab's hosts."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

from command import CannotRun
from conftest import REPOSITORY
from host import wait_until
from lab import NETWORK, Lab

MUNGE = """mkdir -p /run/munge; chown munge: /run/munge
  setpriv --reuid=munge --regid=munge --init-groups munged
  """
# Two CPUs a node are what any machine has; more do no harm.
CONFIGURATION = """
ClusterName=lab
SlurmctldHost=head({address})
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
ReturnToService=2
MpiDefault=none
KillWait=20
NodeName=node1 NodeAddr={network}.{first} CPUs=2
NodeName=node2 NodeAddr={network}.{second} CPUs=2
PartitionName=all Nodes=ALL Default=YES State=UP
"""


class Cluster:
    """A controller with two nodes, and what they share."""

    def __init__(self, lab: Lab, bundle: Path) -> None:
        self.shared = lab.path(lab.shared)
        with tarfile.open(bundle) as archive:
            archive.extractall(self.shared, filter="data")
        (self.shared / "splitbench").symlink_to(next(self.shared.glob("splitbench-*/splitbench")).relative_to(self.shared))
        shutil.copytree(REPOSITORY / "fleet", self.shared / "fleet")
        first = lab.next_address
        lab.write("etc/slurm/slurm.conf", CONFIGURATION.format(
            address=f"{NETWORK}.{first}", network=NETWORK, first=first + 1, second=first + 2))
        # No limit of a job is enforced; without this line slurmd looks for control groups all the same.
        lab.write("etc/slurm/cgroup.conf", "CgroupPlugin=cgroup/v1\n")
        self._head = lab.host("head", MUNGE + "mkdir -p /var/spool/slurmctld; exec slurmctld -D -i")
        self.nodes = [lab.host(name, MUNGE + "mkdir -p /var/spool/slurmd; exec slurmd -D") for name in ("node1", "node2")]
        wait_until(self._is_up, "two idle nodes")

    def _is_up(self) -> bool:
        try:
            return self.ask("sinfo", "--noheader", "--format=%T %D") == "idle 2"
        except CannotRun:
            # The controller does not answer yet.
            return False

    def ask(self, *command: str) -> str:
        """Runs one of Slurm's commands."""
        return self._head.run(*command).strip()

    def submit(self, folder: str, *command: str) -> str:
        """Submits from a folder that all share, and returns the job's id."""
        (self.shared / folder).mkdir()
        words = ["env", f"--chdir=/shared/{folder}", "SPLITBENCH=/shared/splitbench"]
        return self.ask(*words, *(word.replace("fleet/", "/shared/fleet/") for word in command))

    def state(self, job: str) -> dict[str, dict[str, str]]:
        """What Slurm knows of the tasks of an array, by their number."""
        lines = self.ask("scontrol", "--oneliner", "show", "job", job).splitlines()
        tasks = [dict(word.split("=", 1) for word in line.split() if "=" in word) for line in lines]
        return {task["ArrayTaskId"]: task for task in tasks}

    def wait(self, job: str) -> dict[str, dict[str, str]]:
        """Waits for the end of an array's tasks."""
        running = ("PENDING", "RUNNING", "COMPLETING", "CONFIGURING")
        wait_until(lambda: all(task["JobState"] not in running for task in self.state(job).values()), f"job {job} to end")
        return self.state(job)

    def said(self, folder: str) -> dict[str, str]:
        """What the tasks printed, by their number."""
        return {file.stem.rpartition("_")[2]: file.read_text() for file in (self.shared / folder).glob("splitbench-*.out")}

    def records(self, folder: str) -> list[dict]:
        return [json.loads(file.read_text()) for file in (self.shared / folder).glob("results/*/*/run.json")]
