"""What split locks meet, and what they cost whom, under each setting: `run --settings`."""

from collections import defaultdict

import pytest

from booted import Booted
from expected.settings import Met


@pytest.fixture
def settings(booted: Booted) -> dict[str, Met]:
    if not booted.expected.settings:
        pytest.skip("this boot visits no settings")
    return booted.expected.settings


def test_each_setting_does_what_linux_makes_of_it(booted: Booted, settings: dict[str, Met]) -> None:
    rows = {row["setting"]: row for row in booted.rows("settings", "settings")}
    assert rows.keys() == settings.keys()
    for name, met in settings.items():
        row = rows[name]
        assert row["kind"] in met.kinds, row
        assert row["armed_cpus"] == met.armed_cpus, row
        assert (row["trapped"] != "0") == met.dies, row
        assert row["killed"] == (row["children"] if met.dies else "0"), row
        assert (row["failures"] == "") == met.whole, row
        if met.sleeps:
            assert int(row["delayed_count"]) > 0, row


def test_cells_cost_what_linux_makes_of_each_setting(booted: Booted, settings: dict[str, Met]) -> None:
    cells = defaultdict(list)
    for row in booted.rows("settings", "settings-cost"):
        cells[row["setting"]].append(row)
    assert cells.keys() == settings.keys()
    for name, met in settings.items():
        split = [row["placement"] for row in cells[name] if row["placement"].endswith("-split")]
        # Interpreted operations may take no time that a timer resolves: then there is no row.
        assert sorted(split) == ["line-split"] * 3 + ["page-split"] or met.costs == ("completed",), name
        assert split and len(cells[name]) - len(split) <= 6, name
        for row in cells[name]:
            splits = row["placement"] in split
            # The host may hold up an emulated CPU now and then.
            is_noise = int(row["delayed_count"]) <= max(1, int(row["operations"]) // 20)
            seen = {row["outcome"]} | ({"completed"} if row["outcome"] == "delayed" and is_noise else set())
            assert seen & set(met.costs if splits else ("completed",)), row
            assert (row["trapped"] != "0") == (splits and met.dies), row
            assert (row["median_ns"] == "") == (splits and met.dies), row


def test_a_bystander_works_on_another_core(booted: Booted, settings: dict[str, Met]) -> None:
    topology = booted.boot.topology
    others = [cpu for cpu in range(topology.cpus) if cpu // topology.threads != 1 // topology.threads]
    for row in booted.rows("settings", "settings"):
        if topology.cpus == 1:
            assert {value for column, value in row.items() if column.startswith("bystander")} == {""}
            continue
        assert (row["bystander_cpu"], row["bystander_victim"]) == (str(others[0]), "dram-chase")
        # Elsewhere a pause of the loop is the host's, and the round does not count.
        met = settings[row["setting"]]
        assert row["bystander_slowdown"] or not (met.dies or met.costs == ("delayed",)), row
    skipped = [skip["what"] for skip in booted.record("settings")["skipped"]]
    assert ("bystander of settings" in skipped) == (topology.cpus == 1)
