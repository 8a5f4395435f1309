"""What was made once and need not be made again, in the user's cache folder."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# In seconds: a run of the tests that began with an older entry has ended by then.
KEPT = 3600


def root() -> Path:
    """The folder of all entries."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "splitbench" / "emulated"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def entry(kind: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder of `kind` from the inputs that `key` names: made on the first call, older ones removed."""
    folder = root() / f"{kind}-{key}"
    with open(root() / f"{kind}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder
        # Made beside its place and moved there whole, so that what exists is complete.
        with tempfile.TemporaryDirectory(prefix=f".{kind}.", dir=root()) as workshop:
            new = Path(workshop) / "new"
            new.mkdir()
            make(new)
            new.rename(folder)
        for old in root().glob(f"{kind}-*"):
            if old != folder and time.time() - old.stat().st_mtime > KEPT:
                shutil.rmtree(old)
    return folder
