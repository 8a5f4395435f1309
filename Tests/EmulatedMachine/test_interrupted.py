"""Runs that end before their time, and what they leave."""

import pytest

from booted import Booted
from steps.interrupted import GONE, KILLS


def test_kills_leave_everything_as_it_was(booted: Booted) -> None:
    if "kills" not in booted.boot.steps:
        pytest.skip("nothing is killed in this boot")
    assert booted.results.step("kills").out == f"{KILLS} kills\n"


def test_a_cpu_that_goes_in_mid_run_ends_it(booted: Booted) -> None:
    if "mid-run" not in booted.boot.steps:
        pytest.skip("no CPU goes in this boot")
    step = booted.results.step("mid-run")
    assert step.out == "2\n", step.err
    assert f"cannot pin to CPU {GONE}" in step.err
    record = booted.record("mid-run")
    assert (record["complete"], record["end"]) == (False, "failed")
    assert {int(row["cpu"]) for row in booted.rows("mid-run", "cost")} == {0, GONE}
    assert not any(booted.results.run("mid-run").glob(".*")), "no temporary file is left"
