"""What the policy model foretells, beside what Linux does."""

import pytest

import model
from booted import Booted

# Where rates come from sleeps and jiffies.
NEAR = 0.15


@pytest.mark.parametrize(("mitigates", "rests"), ((True, False), (True, True), (False, False)))
@pytest.mark.parametrize("offenders", (1, 4))
def test_the_model_foretells_the_rhythm_of_warn(
    booted: Booted, mitigates: bool, rests: bool, offenders: int
) -> None:
    name = f"rhythm-{mitigates:d}-{offenders}" + ("-rests" if rests else "")
    if name not in booted.boot.steps:
        pytest.skip("no such step in this boot")
    folder = booted.results.folder / name
    found = model.Seen(folder, rests)
    cpus = list(range(0, 2 * offenders, 2))
    # Whoever split-locks on a core of its own is trapped there, once at least.
    assert sorted(found.operations) == sorted(found.traps) == cpus
    seen = found.rhythm
    foretold = model.foretold(booted.boot, model.policy(folder, mitigates), cpus, found.pace, rests)
    print(f"{booted.boot.name} {name}: foretold {foretold}, seen {seen}")
    assert (seen.left_off, seen.warned) == (foretold.left_off, foretold.warned)
    assert seen.traps_per_second == pytest.approx(foretold.traps_per_second, rel=NEAR)
    assert seen.operations_per_trap == pytest.approx(foretold.operations_per_trap, rel=NEAR)
    # The host may hold up one operation for as long as Linux would.
    assert seen.asleep == pytest.approx(foretold.asleep, rel=NEAR, abs=0.01)


def test_the_model_foretells_what_splitbench_measured(booted: Booted) -> None:
    """The loops of the trap experiment, where they are alone on the host's CPU."""
    policy = {"warn": "warn-6.2", "ratelimit": f"ratelimit-5.14:{booted.expected.rate_limit}"}
    found = [
        cycle for run in booted.expected.runs for cycle in booted.cycles(run)
        if len(cycle["cpus"]) == 1 and cycle.get("predicted") and "window_ms" in cycle
    ]
    if not found:
        assert not booted.expected.has_rhythm, "a rhythm of delays was to be measured, and none was"
        pytest.skip("no rhythm is to be measured in this boot")
    for cycle in found:
        delay, window, free = (cycle[key]["median"] for key in ("delay_ms", "window_ms", "free_operations"))
        foretold = model.foretold(
            booted.boot, policy[booted.expected.mode], cycle["cpus"], 1000 * (free + 1) / window)
        if booted.expected.mode == "ratelimit":
            assert cycle["operations_per_second"] == pytest.approx(foretold.traps_per_second, rel=0.05), cycle
        else:
            assert 1000 / (delay + window) == pytest.approx(foretold.traps_per_second, rel=NEAR), cycle
