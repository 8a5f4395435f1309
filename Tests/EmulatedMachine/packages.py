"""Debian packages, downloaded and unpacked without installing anything."""

import os
import re
import tempfile
from pathlib import Path

from command import CannotRun, output


def field(package: str, name: str) -> str:
    """A field of the package that apt would install, such as `Version`."""
    try:
        shown = _with_lists("apt-cache", "show", "--no-all-versions", package)
    except CannotRun as error:
        raise CannotRun(f"apt does not know {package}; `apt-get update` may help ({error})") from None
    found = re.search(rf"^{name}: (.+)$", shown, re.MULTILINE)
    if not found:
        raise CannotRun(f"apt knows no {name} of {package}")
    return found[1]


def unpack(package: str, folder: Path) -> None:
    """Downloads the package and unpacks its files below `folder`."""
    # Root's downloads go to folders that apt's own user cannot enter.
    sandbox = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as download:
        _with_lists("apt-get", *sandbox, "download", package, cwd=Path(download))
        archive, = Path(download).glob("*.deb")
        output("dpkg-deb", "--extract", archive, folder)


def _with_lists(*command: str, cwd: Path | None = None) -> str:
    """Runs an apt command, and again after an update: a new machine has no lists, an old one stale ones."""
    try:
        return output(*command, cwd=cwd)
    except CannotRun:
        if os.geteuid() != 0:
            raise
        output("apt-get", "update")
        return output(*command, cwd=cwd)
