"""What guests of a stock KVM meet, and what is said where there is no KVM: `run --only guest`."""

import pytest

from booted import Booted, Row
from expected.guest import NO_KVM


@pytest.fixture
def rows(booted: Booted) -> list[Row]:
    if not booted.expected.guest:
        pytest.skip("no guest runs in this boot")
    return booted.rows("guest", "guest")


def test_a_guest_meets_what_its_kvm_makes_of_it(booted: Booted, rows: list[Row]) -> None:
    found = {(row["part"], row["quantity"], row["condition"], row["cpl"]): row for row in rows}
    for cell, words in booted.expected.guest.items():
        assert found[cell]["found"] == words, cell
    for row in rows:
        if row["part"] in ("count", "answer") and row["unit"] == "count":
            # EFLAGS.AC ends the first.
            performed = "0" if row["condition"] == "eflags-ac" else row["operations"]
            assert row["value"] == performed, row
    # KVM never writes the CPU's own registers. There is no second CPU to read them from during an entry.
    registers = [row for row in rows if row["part"] == "host-register" and row["quantity"] == "0x1D9"]
    assert [row["condition"] for row in registers] == ["before", "after", "after-split-locks"]
    assert len({row["found"] for row in registers}) == 1
    record = booted.record("guest")
    assert "guest's host registers during entries" in {skipped["what"] for skipped in record["skipped"]}
    assert any("VMX" in path for path in record["untested_on_hardware"])


def test_an_interpreted_guest_has_no_costs(booted: Booted, rows: list[Row]) -> None:
    timed = [row for row in rows if row["unit"] in ("ns", "ms", "ratio", "hz")]
    for row in timed:
        assert row["value"] == row["value_low"] == "" and row["found"].endswith("interpreted"), row
    # But every way was gone, on the host and at both privilege levels, and each write to a port came.
    costs = {(row["place"], row["cpl"]) for row in timed if row["part"] == "cost" and row["unit"] == "ns"}
    assert costs == {("host", ""), ("guest", "0"), ("guest", "3")}
    assert [row["operations"] for row in timed if row["quantity"] == "port-exit"] == ["50"]
    assert {warning["id"] for warning in booted.record("guest")["warnings"]} >= {"guest-interpreted"}


def test_hundreds_of_guests_leave_nothing_behind(booted: Booted, rows: list[Row]) -> None:
    (row,) = (row for row in rows if row["quantity"] == "left-behind")
    assert (row["value"], row["found"]) == ("0", "nothing")
    made = int(row["operations"])
    # Up to 110 ms each, where all is interpreted: of 1,000, what the run had no time for, it says.
    assert made >= 300
    lack = {"what": f"{1000 - made} of 1000 guests", "reason": "no time was left"}
    assert (lack in booted.record("guest")["skipped"]) == (made < 1000)


@pytest.mark.parametrize("step", NO_KVM)
def test_without_kvm_one_line_says_why_and_the_run_goes_on(booted: Booted, step: str) -> None:
    if step not in booted.boot.steps:
        pytest.skip("KVM is always there in this boot")
    assert booted.results.step(step).exit == 0
    record = booted.record(step)
    reasons = [skipped["reason"] for skipped in record["skipped"] if "guest" in skipped["what"]]
    assert [reason.startswith(NO_KVM[step]) for reason in reasons] == [True], reasons
    assert record["complete"] and booted.rows(step)
