"""The emulated machine: starts QEMU, hands it a boot's steps, collects what they left, ends it in time."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cpio
from boot import Boot
from boots import BOOTS
from command import CannotRun
from initramfs import initramfs
from linux import linux
from qemu import qemu
from results import NotWhole, Results, unpack

MEGABYTES = 512
LAST_LINES = 30
# tsc=reliable: all CPUs read the host's. no_timer_check, nowatchdog: a CPU may wait for its turn on the host.
PARAMETERS = "console=ttyS0 panic=-1 no_timer_check nowatchdog tsc=reliable"


class MachineFailed(Exception):
    """The machine hung, or ended without its results."""


class Machine:
    """One boot; its console and its results are kept below `folder`."""

    def __init__(self, boot: Boot, folder: Path):
        self.boot = boot
        self.folder = folder
        self.console = folder / "console"
        self.process: subprocess.Popen | None = None

    def run(self) -> Results:
        """Boots, runs the steps and collects what they left, in place of what an earlier call left."""
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
        try:
            unpack(sent, results)
        except NotWhole as error:
            raise self._failure(str(error)) from None
        sent.unlink()
        return Results(results)

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
