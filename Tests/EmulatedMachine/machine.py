"""The emulated machine: starts QEMU, hands it a boot's steps, collects what they left, ends it in time."""

import argparse
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cpio
from boots import BOOTS, Boot
from command import CannotRun
from initramfs import initramfs
from linux import linux
from qemu import qemu

MEGABYTES = 512
LAST_LINES = 30
# tsc=reliable: all CPUs read the host's. no_timer_check, nowatchdog: a CPU may wait for its turn on the host.
PARAMETERS = "console=ttyS0 panic=-1 no_timer_check nowatchdog tsc=reliable"


class MachineFailed(Exception):
    """The machine hung, or ended without its results."""


@dataclass(frozen=True)
class Step:
    """What a step of a boot left."""
    out: str
    err: str
    exit: int


@dataclass(frozen=True)
class Results:
    folder: Path
    seconds: float

    def step(self, name: str) -> Step:
        out, = self.folder.glob(f"[0-9][0-9]-{name}.out")
        files = [out, out.with_suffix(".err"), out.with_suffix(".exit")]
        said, complained, code = (file.read_text(errors="replace") for file in files)
        return Step(said, complained, int(code))

    def run(self, name: str) -> Path:
        """The result folder that a run of splitbench wrote below /results/<name>."""
        folder, = (self.folder / name).iterdir()
        return folder

    @property
    def log(self) -> list[str]:
        """The lines of Linux's log."""
        return (self.folder / "dmesg").read_text(errors="replace").splitlines()


class Machine:
    """One boot; its console and its results are kept below `folder`."""

    def __init__(self, boot: Boot, folder: Path):
        self.boot = boot
        self.folder = folder
        self.console = folder / "console"
        self.process: subprocess.Popen | None = None

    def run(self) -> Results:
        """Boots, runs the steps and collects what they left, in place of what an earlier call left."""
        begin = time.monotonic()
        sent = self.folder / "sent"
        with TemporaryDirectory() as scratch, open(self.folder / "qemu.log", "w") as log:
            ports = []
            for port in (self.console, sent):
                ports += ["-chardev", f"file,id={port.name},path={port}", "-serial", f"chardev:{port.name}"]
            # setpriv: QEMU dies with us, however we do.
            command = ["setpriv", "--pdeathsig", "KILL", *self._command(Path(scratch)), *ports]
            self.process = subprocess.Popen(
                command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
            try:
                self.process.wait(self.boot.seconds)
            except subprocess.TimeoutExpired:
                raise self._failure(f"did not end within {self.boot.seconds} s") from None
            finally:
                self.end()
        results = self.folder / "results"
        shutil.rmtree(results, ignore_errors=True)
        self._unpack(sent, results)
        return Results(results, time.monotonic() - begin)

    def end(self) -> None:
        """Ends QEMU if it still runs."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def shell(self) -> int:
        """Boots to a shell on this terminal."""
        with TemporaryDirectory() as scratch:
            command = ["setpriv", "--pdeathsig", "KILL", *self._command(Path(scratch), "shell=1")]
            return subprocess.run([*command, "-serial", "mon:stdio"], env=self._environment()).returncode

    def _command(self, scratch: Path, parameters: str = "") -> list[str]:
        boot = self.boot
        image, _ = linux()
        bios = qemu()
        initrd = scratch / "initrd"
        initrd.write_bytes(initramfs().read_bytes() + cpio.archive(self._steps()))
        words = [PARAMETERS, f"modules={','.join(boot.modules)}", parameters]
        if boot.mode:
            words.append(f"split_lock_detect={boot.mode}")
        topology = boot.topology
        counts = f"sockets={topology.sockets},cores={topology.cores},threads={topology.threads}"
        return [
            str(bios / "qemu-system-x86_64"), "-L", str(bios), "-nodefaults", "-no-user-config",
            "-display", "none", "-no-reboot", "-accel", "tcg,thread=single", "-m", f"{MEGABYTES}M",
            "-cpu", boot.cpu.model, "-smp", f"{topology.cpus},{counts}", *self._nodes(),
            "-kernel", str(image), "-initrd", str(initrd), "-append", " ".join(words),
        ]

    def _nodes(self) -> list[str]:
        """A NUMA node a socket."""
        sockets = self.boot.topology.sockets
        if sockets == 1:
            return []
        cpus = self.boot.topology.cpus // sockets
        words = []
        for node in range(sockets):
            words += ["-object", f"memory-backend-ram,id=memory{node},size={MEGABYTES // sockets}M"]
            words += ["-numa", f"node,cpus={node * cpus}-{(node + 1) * cpus - 1},memdev=memory{node}"]
        return words

    def _steps(self) -> dict[str, cpio.Entry]:
        return {
            f"/steps/{number:02}-{name}": cpio.file(f"{command}\n".encode())
            for number, (name, command) in enumerate(self.boot.steps.items(), start=1)
        }

    def _environment(self) -> dict[str, str]:
        return os.environ | self.boot.environment

    def _unpack(self, sent: Path, results: Path) -> None:
        """Unpacks what came over the second serial port, if it is whole."""
        head, _, archive = sent.read_bytes().partition(b"\n") if sent.exists() else (b"", b"", b"")
        words = head.decode(errors="replace").split()
        if len(words) != 3 or words[0] != "results":
            raise self._failure("ended without results")
        if [str(len(archive)), hashlib.sha256(archive).hexdigest()] != words[1:]:
            raise self._failure(f"sent {len(archive)} bytes that are not the {words[1]} of its hash")
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            # Python before 3.11.4 knows no filters, and from 3.12 on asks for one.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(results)
        sent.unlink()

    def _failure(self, what: str) -> MachineFailed:
        said = (self.folder / "qemu.log").read_text(errors="replace").splitlines()
        said += self.console.read_text(errors="replace").splitlines() if self.console.exists() else []
        last = "\n".join(f"  {line}" for line in said[-LAST_LINES:])
        return MachineFailed(f"{self.boot.name} {what}; its console, {self.console}, ends:\n{last}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    names = [boot.name for boot in BOOTS]
    parser.add_argument("--list", action="store_true", help="list the names of the boots")
    parser.add_argument("--shell", action="store_true", help="boot to a shell here; Ctrl-A X leaves")
    parser.add_argument("--boot", default="two-sockets-both", choices=names, metavar="NAME",
                        help="which boot; %(default)s otherwise")
    arguments = parser.parse_args()
    if arguments.list:
        print(*names, sep="\n")
        return 0
    if not arguments.shell:
        parser.error("--list or --shell")
    boot, = (boot for boot in BOOTS if boot.name == arguments.boot)
    with TemporaryDirectory() as folder:
        return Machine(boot, Path(folder)).shell()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotRun as error:
        sys.exit(f"error: {error}")
