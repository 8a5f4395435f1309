"""Runs the commands that the steps on the host need, and says in a line why one cannot run."""

import subprocess
from pathlib import Path


class CannotRun(Exception):
    """A step on the host cannot run; the message is all that a user needs to read."""


def output(*command: str | Path, cwd: Path | None = None) -> str:
    """Runs a command and returns its standard output."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, errors="replace")
    except FileNotFoundError:
        raise CannotRun(f"{words[0]} is not installed") from None
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "no words of its own").splitlines()[-1]
        raise CannotRun(f"`{' '.join(words)}` ended with {done.returncode}: {said}")
    return done.stdout
