"""What `doctor` knows."""

import pytest

from booted import Booted


def test_doctor_knows_the_topology(booted: Booted) -> None:
    topology = booted.boot.topology
    seen = booted.doctor()["topology"]
    assert seen["online_count"] == topology.cpus
    assert seen["package_count"] == topology.sockets
    assert seen["numa_node_count"] == topology.sockets
    cores = [cpu["core"] for cpu in sorted(seen["cpus"], key=lambda cpu: cpu["id"])]
    assert len(set(cores)) == topology.sockets * topology.cores
    assert all(core == cores[cpu - cpu % topology.threads] for cpu, core in enumerate(cores))


def test_doctor_knows_the_policy(booted: Booted) -> None:
    expected = booted.expected
    for step, mitigates in expected.mitigates.items():
        policy = booted.doctor(step)["policy"]
        seen = [policy[key] for key in ("mode", "traps_with_ac", "traps_with_db", "mitigates")]
        assert seen == [expected.mode, expected.ac, expected.db, mitigates], (step, policy["evidence"])
        assert policy.get("rate_limit") == expected.rate_limit


def test_doctor_reads_the_registers(booted: Booted) -> None:
    if "msr" not in booted.boot.modules:
        pytest.skip("this boot has no msr driver")
    for step in booted.expected.mitigates:
        registers = booted.doctor(step)["registers"]
        assert [register["cpu"] for register in registers] == list(range(booted.boot.topology.cpus))
        if booted.expected.armed is not None:
            armed = [bool(register["memory_control"] >> 29 & 1) for register in registers]
            assert armed == booted.expected.armed
        armed = [bool(register["debug_control"] >> 2 & 1) for register in registers]
        assert armed == [booted.expected.bus_locks_armed] * len(registers)
