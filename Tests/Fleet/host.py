"""A host made of namespaces, for a lab."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING

from command import CannotRun, output

if TYPE_CHECKING:
    from lab import Lab

# Seconds for what is near, on a machine with much else to do.
LONGEST = 180


def started(*command: str, **options: object) -> tuple[subprocess.Popen, int]:
    """Starts `unshare --fork ...`, which ends with this process, and returns it with the first process inside."""
    outer = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL, **options)
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    wait_until(lambda: outer.poll() is not None or children.read_text().strip() != "", f"`{join(command)}` to begin")
    if outer.returncode is not None:
        raise CannotRun(f"`{join(command)}` ended with {outer.returncode}")
    return outer, int(children.read_text().split()[0])


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {LONGEST} s for {what}")
        time.sleep(0.02)


class Host:
    """A host of a lab."""

    def __init__(self, lab: Lab, name: str, address: str, service: str) -> None:
        self.name, self.address = name, address
        root = lab.stack(name, *lab.layers())
        begin = f"""set -e
          mount --make-rprivate /
          mount -t proc proc {root}/proc
          mount -t sysfs sysfs {root}/sys
          mount --rbind /dev {root}/dev
          for folder in root run tmp; do mount -t tmpfs own {root}/$folder; done
          mkdir {root}/run/lock
          chmod 1777 {root}/tmp {root}/run/lock
          tr -d - </proc/sys/kernel/random/uuid >{root}/etc/machine-id
          mkdir {root}/shared
          mount --bind {lab.shared} {root}/shared
          hostname {name}
          ip link set lo up
          until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
          ip address add {address}/24 dev eth0
          ip link set eth0 up
          exec chroot {root} env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c '{service}'"""
        self._log = open(lab.folder.parent / f"{name}.log", "w")
        self._outer, self._pid = started(
            *lab.enter, "unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child",
            "sh", "-c", begin, stdout=self._log, stderr=self._log)
        lab.run("ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0", "netns", str(self._pid))
        lab.run("ip", "link", "set", f"to-{name}", "master", "switch", "up")

    @property
    def files(self) -> Path:
        """Its root directory, as the machine sees it."""
        return Path(f"/proc/{self._pid}/root")

    def run(self, *command: str) -> str:
        """Runs a command on the host, as root."""
        return output("nsenter", f"--target={self._pid}", "--all", "--root", "--wd", *command)

    def processes(self) -> list[str]:
        """The names of what runs there beside the first process."""
        return [line.strip() for line in self.run("ps", "-e", "-o", "pid=,comm=").splitlines()]

    def die(self) -> None:
        """As by a power cut: nothing on it runs to its end."""
        self._outer.kill()
        self._outer.wait()
        self._log.close()
