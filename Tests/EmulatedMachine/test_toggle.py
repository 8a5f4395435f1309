"""What flipping a detection bit takes, and when it takes effect: `run --only toggle`."""

import pytest

from booted import Booted
from expected.registers import Toggled


@pytest.fixture
def toggled(booted: Booted) -> Toggled:
    if booted.expected.toggled is None:
        pytest.skip("this boot flips no bit")
    return booted.expected.toggled


def test_every_part_of_toggle_is_measured(booted: Booted, toggled: Toggled) -> None:
    rows = booted.rows("toggle", "toggle")
    rest = set(toggled.cpus.values()) - set(toggled.refusing)
    refused = len(booted.boot.refuse)
    for part in ("read", "write"):
        found = {row["relation"]: row for row in rows if row["part"] == part}
        assert {relation: int(row["cpu"]) for relation, row in found.items()} == toggled.cpus
        for row in found.values():
            refuses = int(row["cpu"]) in toggled.refusing
            if part == "write":
                assert row["write"] == "done" or refuses and "refused" in row["write"], row
            assert (float(row["median_ns"] or 0) > 0) == (part == "read" or not refuses), row
    for part, writers in (("all-serial", 1), ("all-parallel", booted.boot.topology.cpus - refused)):
        found = [row for row in rows if row["part"] == part]
        assert {row["operation"] for row in found} == {"read", "write"}
        for row in found:
            assert int(row["cpus"]) == booted.boot.topology.cpus - refused and int(row["writers"]) == writers
            assert float(row["median_ns"]) > 0, row
    assert {row["operation"] for row in rows if row["part"] == "sysctl" and int(row["samples"]) > 0} == {
        "read", "write"}
    victims = [row for row in rows if row["part"] == "bystander"]
    assert {int(row["cpu"]) for row in victims} <= rest - {toggled.writer} and victims
    assert {float(row["requested_rate_hz"] or "inf") for row in victims} == {10, 100, 1000, 10000, float("inf")}
    for row in victims:
        assert all(float(row[name]) > 0 for name in ("achieved_rate_hz", "control_ns", "treated_ns")), row


def test_behaviour_changes_with_the_bit(booted: Booted, toggled: Toggled) -> None:
    rows = [row for row in booted.rows("toggle", "toggle") if row["part"] == "behaviour"]
    cpus = set(toggled.cpus.values()) - set(toggled.refusing)
    # Alone; by one writer, who cannot split-lock meanwhile; by all.
    for is_all, is_together, expected in (
        (False, False, cpus), (True, False, cpus - {toggled.writer}), (True, True, cpus)
    ):
        found = [
            row for row in rows if (int(row["cpus"]) > 1, int(row["writers"]) > 1) == (is_all, is_together)]
        assert {int(row["cpu"]) for row in found} == expected
    for row in rows:
        assert int(row["trials"]) > 0 and row["samples"] == row["trials"], row
        assert float(row["max_ns"]) >= float(row["last_free_ns"]), row
