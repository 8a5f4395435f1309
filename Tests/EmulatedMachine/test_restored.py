"""Runs that write registers leave everything as it was, but for Linux's taint."""

import json

import pytest

from booted import Booted


def test_the_registers_are_as_they_were(booted: Booted) -> None:
    if "scope" not in booted.boot.steps:
        pytest.skip("this boot asks for no scope")
    assert_as_before(booted, "scope")
    assert not booted.record("scope")["settings_changed"]


def test_the_settings_are_as_they_were(booted: Booted) -> None:
    if not booted.expected.settings:
        pytest.skip("this boot visits no settings")
    assert_as_before(booted, "settings")
    assert booted.results.step("settings").exit == 0


@pytest.mark.parametrize("step", ("hotplug", "leak", "toggle"))
def test_the_registers_are_as_they_were_behind(booted: Booted, step: str) -> None:
    if step not in booted.boot.steps:
        pytest.skip(f"no {step} in this boot")
    assert_as_before(booted, step)


def test_the_taint_is_recorded(booted: Booted) -> None:
    """msr_write taints Linux with CPU_OUT_OF_SPEC, whoever writes, until it is booted again."""
    runs = [step for step in booted.boot.steps if step in ("scope", "settings", "hotplug", "leak")]
    if not runs:
        pytest.skip("this boot writes no register")
    for number, run in enumerate(runs):
        taint = booted.record(run)["taint"]
        assert bool(taint["before"] & 1 << 2) == (number > 0) and taint["after"] & 1 << 2, run
        assert ("MSR" in taint.get("cause", "")) == (number == 0), run


def assert_as_before(booted: Booted, run: str) -> None:
    before, after = (json.loads(booted.results.step(f"msr-{when}").out) for when in ("before", f"after-{run}"))
    assert after["cpus"] == before["cpus"]
