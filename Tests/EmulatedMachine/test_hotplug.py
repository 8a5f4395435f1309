"""What Linux does with detection bits when it brings a CPU online: `run --only hotplug`."""

import pytest

from booted import Booted


def test_linux_writes_its_own_bits_when_a_cpu_comes_up(booted: Booted) -> None:
    """split_lock_init and bus_lock_init run on every CPU that comes up, whatever was written there."""
    if not booted.expected.hotplug:
        pytest.skip("this boot takes no CPU offline for it")
    rows = booted.rows("hotplug", "hotplug")
    assert {(row["bit"], row["start"]) for row in rows} == {
        (bit, start) for bit in booted.expected.hotplug for start in ("as-found", "flipped")
    }
    assert {int(row["cpu"]) for row in rows} == booted.boot.topology.last_of_sockets
    for row in rows:
        own = booted.expected.hotplug[row["bit"]]
        assert (row["offline"], row["online"]) == ("done", "done"), row
        assert row["bit_before"] == str(own if row["start"] == "as-found" else not own).lower(), row
        assert row["bit_after"] == str(own).lower(), row
        assert row["initialised"] == ("true" if row["start"] == "flipped" else ""), row
        assert row["met_after"] == booted.expected.met_after_hotplug, row
        if row["sibling_cpu"] and row["start"] == "flipped" and row["bit"] == "sld":
            # In warn alone: splitlock_cpu_offline sets the bit of the core that the CPU leaves.
            meanwhile = own if booted.expected.mode == "warn" else not own
            assert row["sibling_bit_meanwhile"] == str(meanwhile).lower(), row
