"""What brings runs into the tree: whole, and over nothing."""

from __future__ import annotations

import os
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from conftest import REPOSITORY


def gather(source: Path, results: Path, machine: str = "epyc") -> subprocess.CompletedProcess:
    return subprocess.run(
        [REPOSITORY / "fleet/gather", source, results, machine], capture_output=True, text=True)


def runs(folder: Path, **texts: str) -> Path:
    """A folder of runs, each with a record of this text."""
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "run.json").write_text(text)
    return folder


def tree(results: Path) -> dict[str, str]:
    """Every file, hidden ones too, with what it says."""
    return {str(file.relative_to(results)): file.read_text() for file in results.rglob("*") if file.is_file()}


@pytest.mark.parametrize("form", ("folder", "archive"))
def test_runs_go_to_their_machine(tmp_path: Path, form: str) -> None:
    source, results = runs(tmp_path / "from", one="1", two="2"), tmp_path / "results"
    if form == "archive":
        with tarfile.open(tmp_path / "runs.tar.gz", "w:gz") as archive:
            archive.add(source, ".")
        source = tmp_path / "runs.tar.gz"
    done = gather(source, results)
    assert done.stdout.split() == [f"{results}/epyc/one", f"{results}/epyc/two"]
    assert tree(results) == {"epyc/one/run.json": "1", "epyc/two/run.json": "2"}


def test_a_folder_without_a_record_is_named_and_left_out(tmp_path: Path) -> None:
    source, results = runs(tmp_path / "from", one="1", two="2"), tmp_path / "results"
    (source / "two/run.json").rename(source / "two/datapackage.json")
    done = gather(source, results)
    assert (done.returncode, done.stdout) == (0, f"{results}/epyc/one\n")
    assert done.stderr.startswith("warning: two: left out, no run.json")
    assert tree(results) == {"epyc/one/run.json": "1"}


def test_what_is_brought_twice_is_there_once(tmp_path: Path) -> None:
    source, results = runs(tmp_path / "from", one="1"), tmp_path / "results"
    assert gather(source, results).stdout == gather(source, results).stdout
    assert tree(results) == {"epyc/one/run.json": "1"}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    results = tmp_path / "results"
    gather(runs(tmp_path / "from", one="1"), results)
    gather(runs(tmp_path / "clone", one="2"), results)
    done = gather(runs(tmp_path / "third", one="3"), results)
    assert done.stdout == f"{results}/epyc-3/one\n"
    assert tree(results) == {f"epyc{number}/one/run.json": text for number, text in (("", "1"), ("-2", "2"), ("-3", "3"))}


@pytest.mark.parametrize("machine", ("", ".hidden", "../epyc", "a/b"))
def test_a_machine_is_one_folder(tmp_path: Path, machine: str) -> None:
    done = gather(runs(tmp_path / "from", one="1"), tmp_path / "results", machine)
    assert done.returncode == 64 and "is no name of a folder" in done.stderr
    assert not (tmp_path / "results").exists()


def test_what_a_killed_one_left_goes_after_a_day(tmp_path: Path) -> None:
    results = tmp_path / "results"
    for name, hours in (("old", 25), ("young", 23)):
        left = runs(results / f".incoming.{name}", one="half")
        begun = time.time() - hours * 3600
        os.utime(left, (begun, begun))
    gather(runs(tmp_path / "from", one="1"), results)
    assert tree(results) == {".incoming.young/one/run.json": "half", "epyc/one/run.json": "1"}


def test_an_old_archive_is_not_taken_for_what_was_left(tmp_path: Path) -> None:
    source, results = runs(tmp_path / "from", one="1"), tmp_path / "results"
    os.utime(source, (0, 0))
    with tarfile.open(tmp_path / "runs.tar.gz", "w:gz") as archive:
        archive.add(source, ".")
    # As another gather would find it while this one moves the run.
    begun = tmp_path / "begun"
    move = tmp_path / "mv"
    move.write_text(f'#!/bin/sh\nfind {results} -maxdepth 1 -name ".incoming.*" -mmin +1 >{begun}\nexec /bin/mv "$@"\n')
    move.chmod(0o755)
    subprocess.run(
        [REPOSITORY / "fleet/gather", tmp_path / "runs.tar.gz", results, "epyc"], check=True,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert begun.read_text() == ""


def test_a_broken_archive_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "runs.tar.gz").write_bytes(b"no archive")
    assert gather(tmp_path / "runs.tar.gz", tmp_path / "results").returncode != 0
    assert list((tmp_path / "results").iterdir()) == []
