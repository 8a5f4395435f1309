"""The distribution's Linux: its image as the processor runs it, and its modules."""

import functools
import lzma
import re
import shutil
from pathlib import Path

import cache
import packages
from command import CannotRun

METAPACKAGE = "linux-image-amd64"


@functools.cache
def linux() -> tuple[Path, Path]:
    """Linux's ELF image and the folder of its modules."""
    depends = packages.field(METAPACKAGE, "Depends")
    found = re.search(r"linux-image-\S+", depends)
    if not found:
        raise CannotRun(f"{METAPACKAGE} names no kernel package: {depends}")
    package = found[0]
    folder = cache.entry("linux", packages.field(package, "Version"), lambda new: _make(package, new))
    return folder / "vmlinux", folder / "modules"


def _make(package: str, folder: Path) -> None:
    unpacked = folder / "package"
    packages.unpack(package, unpacked)
    image, = unpacked.glob("boot/vmlinuz-*")
    (folder / "vmlinux").write_bytes(_decompressed(image.read_bytes()))
    modules, = unpacked.glob("lib/modules/*")
    modules.rename(folder / "modules")
    shutil.rmtree(unpacked)


def _decompressed(image: bytes) -> bytes:
    """The ELF file inside a bzImage: unpacked here, it is not unpacked at emulated speed in each boot."""
    start = image.find(b"\xfd7zXZ\0")
    if start < 0:
        raise CannotRun("the kernel image holds no xz stream: linux.py knows no other compression")
    return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(image[start:])


if __name__ == "__main__":
    print(*linux(), sep="\n")
