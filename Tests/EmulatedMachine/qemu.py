"""Builds the emulated machine: Debian's QEMU with our lines from cpu/, for x86_64, and little else of it."""

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cache
import packages
from command import CannotRun, output
from cpu import insert

BUILD_PACKAGES = [
    "gcc", "libc6-dev", "make", "ninja-build", "meson", "pkg-config", "dpkg-dev",
    "libglib2.0-dev", "libpixman-1-dev", "zlib1g-dev", "libfdt-dev",
]
MACHINES = ["I440FX", "Q35"]
CONFIGURE = [
    "--target-list=x86_64-softmmu", "--with-devices-x86_64=splitbench", "--without-default-devices",
    "--without-default-features", "--enable-tcg", "--enable-fdt=system",
    "--disable-tools", "--disable-debug-info", "--disable-werror",
]
# Debian's source package has no firmware. These packages have what the machines load, each in a folder.
FIRMWARE = {
    "seabios": ("usr/share/seabios", ["bios-256k.bin"]),
    "qemu-system-data": ("usr/share/qemu", ["kvmvapic.bin", "linuxboot_dma.bin", "pvh.bin"]),
}
LAST_LINES = 8


@functools.cache
def qemu() -> Path:
    """The folder that holds `qemu-system-x86_64` and its firmware, for `-L`."""
    inputs = [Path(__file__), *sorted(insert.OURS.glob("*.*"))]
    content = hashlib.sha256(b"".join(file.read_bytes() for file in inputs)).hexdigest()[:16]
    return cache.entry("qemu", content, _make)


def _make(folder: Path) -> None:
    _install_missing()
    # Kept between builds with its objects: a change of our lines compiles only what it concerns.
    tree = cache.entry("tree", "qemu", _unpack)
    insert.insert(tree / "source", tree / "originals")
    _configure(tree)
    _logged(tree / "build.log", "nice", "ninja", "qemu-system-x86_64", cwd=tree / "build")
    shutil.copy(tree / "build/qemu-system-x86_64", folder)
    for package, (place, names) in FIRMWARE.items():
        unpacked = folder / package
        packages.unpack(package, unpacked)
        for name in names:
            shutil.copy(unpacked / place / name, folder)
        shutil.rmtree(unpacked)


def _install_missing() -> None:
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *BUILD_PACKAGES]
    try:
        shown = subprocess.run(query, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise CannotRun("dpkg-query is not installed: QEMU is built here on Debian only") from None
    installed = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    missing = [package for package in BUILD_PACKAGES if package not in installed]
    if missing and os.geteuid() != 0:
        raise CannotRun(f"to build QEMU, first run as root: apt-get install {' '.join(missing)}")
    if missing:
        output("apt-get", "update")
        output("apt-get", "install", "--yes", "--no-install-recommends", *missing)


def _unpack(folder: Path) -> None:
    """Fetches the source package, by an apt configuration of its own, and unpacks it with its patches."""
    apt = folder / "apt"
    for name in ["sources", "lists/partial", "cache/archives/partial"]:
        (apt / name).mkdir(parents=True)
    _write_source_entries(apt / "sources")
    configuration = apt / "apt.conf"
    configuration.write_text("".join(f'{name} "{value}";\n' for name, value in {
        "Dir::Etc::SourceList": os.devnull,
        "Dir::Etc::SourceParts": apt / "sources",
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        # Root's downloads go to folders that apt's own user cannot enter.
        **({"APT::Sandbox::User": "root"} if os.geteuid() == 0 else {}),
    }.items()))
    apt_get = ["apt-get", "--config-file", configuration, "-o", "Acquire::Retries=2"]
    output(*apt_get, "--error-on=any", "update")
    output(*apt_get, "--only-source", "source", "qemu", cwd=folder)
    source, = folder.glob("qemu-*/")
    source.rename(folder / "source")
    for rest in folder.glob("qemu_*"):
        rest.unlink()
    shutil.rmtree(apt)


def _write_source_entries(folder: Path) -> None:
    """Writes the system's Debian entries, in apt's two notations, as entries for source packages."""
    etc = Path("/etc/apt")
    lists = [*etc.glob("sources.list"), *etc.glob("sources.list.d/*.list")]
    lines = [line for file in lists for line in file.read_text().splitlines() if re.match(r"deb\s", line)]
    stanzas = [stanza for file in etc.glob("sources.list.d/*.sources")
               for stanza in re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", file.read_text()))]
    lines, stanzas = list(filter(_is_debian, lines)), list(filter(_is_debian, stanzas))
    if not lines and not stanzas:
        raise CannotRun("no entry below /etc/apt is Debian's: its source of QEMU cannot be fetched")
    (folder / "lines.list").write_text("".join(re.sub(r"^deb\s", "deb-src ", line) + "\n" for line in lines))
    (folder / "stanzas.sources").write_text(
        "\n\n".join(re.sub(r"(?m)^Types:.*$", "Types: deb-src", stanza) for stanza in stanzas))


def _is_debian(entry: str) -> bool:
    return bool(re.search(r"://\S+/debian(-security)?(/|\s|$)", entry))


def _configure(tree: Path) -> None:
    source, build, configured = tree / "source", tree / "build", tree / "configured"
    devices = "".join(f"CONFIG_{machine}=y\n" for machine in MACHINES)
    wanted = "\n".join([*CONFIGURE, devices])
    if configured.exists() and configured.read_text() == wanted:
        return
    configured.unlink(missing_ok=True)
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir()
    (source / "configs/devices/x86_64-softmmu/splitbench.mak").write_text(devices)
    _logged(tree / "configure.log", source / "configure", *CONFIGURE, cwd=build)
    configured.write_text(wanted)


def _logged(log: Path, *command: str | Path, cwd: Path) -> None:
    with open(log, "w") as lines:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=lines, stderr=subprocess.STDOUT)
    if done.returncode:
        last = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        raise CannotRun("\n".join([f"QEMU cannot be built; {log} ends:", *last]))


if __name__ == "__main__":
    try:
        print(qemu())
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        sys.exit(2)
