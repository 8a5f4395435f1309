"""The guest's only file system: busybox, splitbench with its libraries, the msr module, and what guest/ holds."""

import functools
import hashlib
import os
import re
import tempfile
from pathlib import Path

import cache
import cpio
import packages
from command import CannotRun, output
from linux import linux

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
BUSYBOX = "busybox-static"
MODULES = [
    "arch/x86/kernel/msr.ko", "virt/lib/irqbypass.ko", "arch/x86/kvm/kvm.ko", "drivers/crypto/ccp/ccp.ko",
    "arch/x86/kvm/kvm-amd.ko",
]


@functools.cache
def initramfs() -> Path:
    """The archive for the release splitbench, or for the one that SPLITBENCH_BINARY names."""
    binary = splitbench()
    inputs = {"/bin/splitbench": binary} | {str(path): path for path in _libraries(binary)}
    _, modules = linux()
    for path in MODULES:
        inputs[f"/modules/{Path(path).name}"] = modules / "kernel" / path
    inputs["/init"] = HERE / "guest/init"
    inputs["/bin/kills"] = HERE / "guest/kills"
    inputs["/bin/rhythm"] = HERE / "guest/rhythm"
    inputs["/bin/offend"] = _offend()
    inputs["/bin/state"] = HERE / "guest/state"
    inputs["/bin/busybox"] = _busybox() / "bin/busybox"
    makers = [HERE / "initramfs.py", HERE / "cpio.py"]
    key = hashlib.sha256()
    for path in [*makers, *inputs.values()]:
        key.update(hashlib.sha256(path.read_bytes()).digest())
    folder = cache.entry("initramfs", key.hexdigest()[:16], lambda new: _make(inputs, new / "initramfs"))
    return folder / "initramfs"


def splitbench() -> Path:
    binary = Path(os.environ.get("SPLITBENCH_BINARY") or REPOSITORY / ".build/release/splitbench")
    if not binary.is_file():
        raise CannotRun(f"{binary} does not exist: `make release` builds it")
    return binary


def _libraries(binary: Path) -> list[Path]:
    """The shared libraries that the loader would take, the loader among them."""
    listed = output("ldd", binary)
    if missing := re.findall(r"(\S+) => not found", listed):
        raise CannotRun(f"{binary} needs {', '.join(missing)}, which the loader does not find")
    return [Path(path) for path in re.findall(r"(/\S+) \(0x", listed)]


def _busybox() -> Path:
    version = packages.field(BUSYBOX, "Version")
    return cache.entry("busybox", version, lambda new: packages.unpack(BUSYBOX, new))


def _offend() -> Path:
    source = HERE / "guest/offend.c"
    key = hashlib.sha256(source.read_bytes()).hexdigest()[:16]

    def compile_to(folder: Path) -> None:
        output("gcc", "-O2", "-Wall", "-Werror", "-static", "-o", folder / "offend", source)

    return cache.entry("offend", key, compile_to) / "offend"


def _make(inputs: dict[str, Path], archive: Path) -> None:
    entries = {path: cpio.directory() for path in ("/dev", "/proc", "/sys", "/run", "/tmp", "/results")}
    for place, path in inputs.items():
        entries[place] = cpio.file(_stripped(path), executable=True)
    for applet in output(inputs["/bin/busybox"], "--list").split():
        entries.setdefault(f"/bin/{applet}", cpio.link("busybox"))
    archive.write_bytes(cpio.archive(entries))


def _stripped(path: Path) -> bytes:
    """The file without its symbols, which the guest would only carry in memory."""
    content = path.read_bytes()
    if not content.startswith(b"\x7fELF") or path.suffix == ".ko":
        return content
    with tempfile.NamedTemporaryFile() as smaller:
        output("strip", "-o", smaller.name, path)
        return Path(smaller.name).read_bytes()


if __name__ == "__main__":
    print(initramfs())
