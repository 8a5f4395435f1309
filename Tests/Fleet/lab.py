"""Hosts on one machine, each with its own files, network, processes and name. Nothing of it is left when its maker ends, and nothing
is installed on the machine: its root is the lowest layer of every host's, and what a host writes lies in memory."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from shlex import join

from command import CannotRun, output

# Addresses for documentation (RFC 5737): nobody has them, and the network leads nowhere.
NETWORK = "192.0.2"
# A service that a package would start has no place in a layer.
POLICY = "#!/bin/sh\nexit 101\n"


def started(*command: str, **options) -> tuple[subprocess.Popen, int]:
    """Starts `unshare --fork ...`, which ends with this process, and returns it with the first process inside."""
    outer = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL, **options)
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    wait_until(lambda: outer.poll() is not None or children.read_text().strip(), f"`{join(command)}` to begin")
    if outer.returncode is not None:
        raise CannotRun(f"`{join(command)}` ended with {outer.returncode}")
    return outer, int(children.read_text().split()[0])


def wait_until(condition, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.02)


class Lab:
    """A network of its own, and a layer with packages that hosts share."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._outer, self._pid = started(
            "unshare", "--mount", "--net", "--fork", "--kill-child", "sleep", "infinity")
        self._hosts: list[Host] = []
        self.run("mount", "-t", "tmpfs", "lab", str(folder))
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "link", "add", "switch", "type", "bridge")
        self.run("ip", "address", "add", f"{NETWORK}.254/24", "dev", "switch")
        self.run("ip", "link", "set", "switch", "up")
        self.run("mkdir", str(self.shared))
        self._root = self.stack("image", "/")
        for kind, where in (("proc", "proc"), ("sysfs", "sys")):
            self.run("mount", "-t", kind, kind, f"{self._root}/{where}")
        self.run("mount", "--rbind", "/dev", f"{self._root}/dev")

    def install(self, packages: list[str]) -> None:
        """Installs Debian packages into the layer that hosts will share."""
        self.write("usr/sbin/policy-rc.d", POLICY, mode=0o755)
        install = "apt-get update && exec apt-get install --yes --no-install-recommends " + join(packages)
        self.inside("sh", "-c", install)

    def run(self, *command: str) -> str:
        """Runs a command on the machine's files, in the lab's network."""
        return output(*self.enter, *command)

    @property
    def shared(self) -> Path:
        """What every host sees as /shared, as from a file server."""
        return self.folder / "shared"

    @property
    def enter(self) -> list[str]:
        return ["nsenter", f"--target={self._pid}", "--mount", "--net"]

    def inside(self, *command: str) -> str:
        """Runs a command in the layer that hosts will share, in the machine's network."""
        environment = ["env", "DEBIAN_FRONTEND=noninteractive", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        return output("nsenter", f"--target={self._pid}", "--mount", "chroot", self._root, *environment, *command)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Writes a file of the layer that hosts will share."""
        self.path(self._root / path).parent.mkdir(parents=True, exist_ok=True)
        self.path(self._root / path).write_text(text)
        self.path(self._root / path).chmod(mode)

    def path(self, path: Path) -> Path:
        """Where the machine sees what the lab has mounted."""
        return Path(f"/proc/{self._pid}/root{path}")

    def stack(self, name: str, *below: str) -> Path:
        """A file system above others, and returns its root."""
        own = self.folder / name
        self.run("mkdir", "-p", *(f"{own}/{part}" for part in ("upper", "work", "root")))
        layers = f"lowerdir={':'.join(below)},upperdir={own}/upper,workdir={own}/work"
        self.run("mount", "-t", "overlay", "-o", layers, name, f"{own}/root")
        return own / "root"

    def host(self, name: str, service: str) -> Host:
        """Starts a host whose first process runs a line of shell; when that ends, the host has died."""
        host = Host(self, name, f"{NETWORK}.{self.next_address}", service)
        self._hosts.append(host)
        return host

    @property
    def next_address(self) -> int:
        return len(self._hosts) + 1

    def layers(self) -> list[str]:
        return [f"{self.folder}/image/upper", "/"]

    def end(self) -> None:
        for host in self._hosts:
            host.die()
        self._outer.kill()
        self._outer.wait()


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
          chmod 1777 {root}/tmp
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
