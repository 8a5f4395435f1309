"""What a boot left: it comes over a serial port, behind a line that says its length and its hash."""

import hashlib
import io
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path


class NotWhole(Exception):
    """The results did not come, or not as they were sent."""


@dataclass(frozen=True)
class Step:
    """What a step of a boot left."""
    out: str
    err: str
    exit: int


@dataclass(frozen=True)
class Results:
    folder: Path

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


def unpack(sent: Path, folder: Path) -> None:
    """Unpacks what came, if it is whole, in place of what an earlier boot left."""
    shutil.rmtree(folder, ignore_errors=True)
    head, _, archive = sent.read_bytes().partition(b"\n") if sent.exists() else (b"", b"", b"")
    words = head.decode(errors="replace").split()
    if len(words) != 3 or words[0] != "results":
        raise NotWhole("ended without results")
    if [str(len(archive)), hashlib.sha256(archive).hexdigest()] != words[1:]:
        raise NotWhole(f"sent {len(archive)} bytes that are not the {words[1]} of its hash")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # Python before 3.11.4 knows no filters, and from 3.12 on asks for one.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(folder)
