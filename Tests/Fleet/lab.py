"""Hosts on one machine, each with its own files, network, processes and name. Nothing of it is left when its maker ends, and nothing
is installed on the machine: its root is the lowest layer of every host's, and what a host writes lies in memory."""

from __future__ import annotations

from pathlib import Path
from shlex import join

from command import output
from host import Host, started

# Addresses for documentation (RFC 5737): nobody has them, and the network leads nowhere.
NETWORK = "192.0.2"
# A service that a package would start has no place in a layer.
POLICY = "#!/bin/sh\nexit 101\n"


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
