"""A playbook that plays on a lab's hosts, and what it leaves."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from conftest import REPOSITORY
from lab import Lab

ANSIBLE = REPOSITORY / "fleet/ansible"
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"


@dataclass(frozen=True)
class Played:
    """What a playbook left."""
    code: int
    said: str
    results: Path
    report: list[dict[str, str]]

    def of(self, host: str) -> list[dict[str, str]]:
        return [row for row in self.report if row["host"] == host]

    def runs(self, host: str) -> list[Path]:
        return [Path(row["run"]) for row in self.of(host) if row["run"]]


def begin(lab: Lab, keys: Path, folder: Path, inventory: dict, **extra: str) -> subprocess.Popen:
    """Plays the playbook in the lab's network, with nobody's home and settings.

    Killed, it takes with it what it has started: Ansible's workers have sessions of their own.
    """
    everyone = {
        "ansible_ssh_private_key_file": str(keys / "key"), "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={keys}/known_hosts -o StrictHostKeyChecking=yes",
    }
    (folder / "inventory.json").write_text(json.dumps({"all": {"vars": everyone, "hosts": inventory}}))
    words = [word for name, value in extra.items() for word in ("--extra-vars", f"splitbench_{name}={value}")]
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "PWD": str(folder), "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"), "SPLITBENCH_FLEET_CSV": str(folder / "fleet.csv"),
        # The lab's network is no slower when asked again.
        "ANSIBLE_TIMEOUT": "5", "ANSIBLE_SSH_RETRIES": "0",
    }
    with open(folder / "said", "w", encoding="utf-8") as said:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *lab.enter[:2], "--net",
             "unshare", "--pid", "--fork", "--kill-child", "--mount-proc",
             str(PLAYBOOK), "--inventory", str(folder / "inventory.json"), *words, str(ANSIBLE / "run.yml")],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)


def end(playing: subprocess.Popen, folder: Path) -> Played:
    code = playing.wait(timeout=600)
    with open(folder / "fleet.csv", newline="", encoding="utf-8") as file:
        return Played(code, (folder / "said").read_text(encoding="utf-8"), folder / "results", list(csv.DictReader(file)))
