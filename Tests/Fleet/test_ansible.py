"""The playbook, on hosts that do well and on hosts that fail in every way there is."""

from __future__ import annotations

import csv
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from shlex import join

import pytest

from conftest import ONE_RUN
from host import Host, wait_until
from lab import NETWORK, Lab
from playing import ANSIBLE, Played, begin, end

PLUGIN = spec_from_file_location("fleet", ANSIBLE / "callback_plugins/fleet.py")
SERVICE = "mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e"
# What comes before it: sshd's umask is that of everyone who logs in, and the lock is a run's.
PECULIAR = {"beta": "umask 077; ", "busy": "(umask 0; exec flock /run/lock/splitbench.lock sleep infinity) & "}
UNTIL_ENDED = " --repeat 1000 --pause 1"
DEADLINE = 20
LONG_DEADLINE = 60


@pytest.fixture(scope="module")
def keys(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Users on every host to be, and a folder with the key that opens them."""
    folder = tmp_path_factory.mktemp("keys")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    public = (folder / "key.pub").read_text()
    for user in ("admin", "guest"):
        lab.inside("useradd", "--create-home", "--shell", "/bin/sh", user)
        lab.write(f"home/{user}/.ssh/authorized_keys", public)
        lab.inside("chown", "-R", f"{user}:", f"/home/{user}/.ssh")
    lab.write("etc/sudoers.d/admin", "admin ALL=(ALL) NOPASSWD: ALL\n", mode=0o440)
    key = lab.inside("cat", "/etc/ssh/ssh_host_ed25519_key.pub")
    (folder / "known_hosts").write_text(f"{NETWORK}.* {key}")
    return folder


def variables(host: Host, **others: object) -> dict[str, object]:
    return {
        "ansible_host": host.address, "ansible_user": "admin", "splitbench_deadline": DEADLINE,
        "splitbench_options": f"{join(ONE_RUN)} --label {host.name}", **others}


def commands(host: Host) -> list[str]:
    """What runs there, but for the way in."""
    running = [line.split()[1] for line in host.processes()]
    return [name for name in running if name not in ("sshd", "ps")]


def wait_for_a_run(host: Host) -> None:
    """Until a run is done there and the next goes on."""
    def has_measured() -> bool:
        return "splitbench" in commands(host) and any(host.files.glob("tmp/splitbench.*/results/*/summary.md"))
    wait_until(has_measured, f"{host.name} to measure")


def die(host: Host) -> None:
    wait_for_a_run(host)
    host.die()


def lose_splitbench(host: Host) -> None:
    wait_for_a_run(host)
    host.run("pkill", "-KILL", "-x", "splitbench")


@pytest.fixture(scope="module")
def hosts(lab: Lab, keys: Path) -> dict[str, Host]:
    names = ("alpha", "beta", "busy", "denied", "dying", "heir", "killed", "slow")
    return {name: lab.host(name, PECULIAR.get(name, "") + SERVICE) for name in names}


@pytest.fixture(scope="module")
def played(
    lab: Lab, keys: Path, hosts: dict[str, Host], bundle: Path, tmp_path_factory: pytest.TempPathFactory,
) -> Played:
    """Nine hosts: two guests of one physical host, one that is busy, one for each way to fail, and another guest beside the one
    that dies."""
    inventory = {name: variables(host) for name, host in hosts.items()}
    inventory["alpha"] |= {"physical_host": "one"}
    inventory["beta"] |= {"physical_host": "one", "splitbench_as_root": True}
    inventory["busy"]["splitbench_options"] += " --if-busy skip"
    inventory["denied"] |= {"ansible_user": "guest", "splitbench_as_root": True}
    for name in ("dying", "killed", "slow"):
        inventory[name]["splitbench_options"] += UNTIL_ENDED
    inventory["killed"]["splitbench_deadline"] = inventory["dying"]["splitbench_deadline"] = LONG_DEADLINE
    for name in ("dying", "heir"):
        inventory[name]["physical_host"] = "two"
    inventory["away"] = inventory["alpha"] | {"ansible_host": f"{NETWORK}.200"}
    folder = tmp_path_factory.mktemp("played")
    playing = begin(lab, keys, folder, inventory, bundle=str(bundle))
    with ThreadPoolExecutor() as pool:
        mishaps = [pool.submit(die, hosts["dying"]), pool.submit(lose_splitbench, hosts["killed"])]
        played = end(playing, folder)
        for mishap in mishaps:
            mishap.result()
    return played


def record(run: Path) -> dict:
    return json.loads((run / "run.json").read_text())


def test_what_went_well_is_at_home(played: Played) -> None:
    for host in ("alpha", "beta", "heir"):
        row, = played.of(host)
        run, = played.runs(host)
        assert row["outcome"] == "measured", row
        said = record(run)
        assert run.parent.parent == played.results and run.parent.name.endswith(said["host"]["instance"])
        assert (said["run"], said["label"], said["complete"]) == (run.name, host, True)
        with open(run / "cost.csv", newline="") as table:
            splits = [row for row in csv.DictReader(table) if row["placement"] == "line-split"]
        # On a busy machine a cell may lose its only round, and has no number then.
        numbers = [float(row["median_ns"]) for row in splits if row["round_count"] != "0"]
        assert numbers and min(numbers) > 0


def test_root_is_who_was_to_be(played: Played) -> None:
    is_root = {host: record(played.runs(host)[0])["machine"]["permissions"]["is_root"] for host in ("alpha", "beta")}
    assert is_root == {"alpha": False, "beta": True}


def test_every_failure_has_a_name_a_place_and_a_reason(played: Played) -> None:
    assert played.code != 0
    found = {row["host"]: (row["outcome"], row["step"], row["reason"]) for row in played.report}
    reasons = {
        "away": ("unreachable", "Connect", "No route to host"),
        "denied": ("failed", "Start the run", "sudo"),
        # A connection that broke, or one that could not be made anew: both say so.
        "dying": ("unreachable", "Run", "ssh"),
        "killed": ("failed", "Run", "killed by SIGKILL"),
        "slow": ("failed", "Run", "the deadline passed"),
    }
    assert found.keys() == {"alpha", "beta", "busy", "heir", *reasons}
    for host, (outcome, step, reason) in reasons.items():
        assert found[host][:2] == (outcome, step)
        assert reason in found[host][2], found[host]
        assert f"{host}: {outcome} at '{step}': " in played.said


def test_a_host_without_a_run_is_not_measured(played: Played) -> None:
    assert played.of("busy") == [{"host": "busy", "outcome": "skipped", "step": "", "reason": "", "run": ""}]
    assert "FLEET: 3 of 9 hosts measured, 1 skipped *" in played.said
    assert "\nbusy: skipped\n" in played.said


def test_a_strict_umask_keeps_nothing_from_home(played: Played, hosts: dict[str, Host]) -> None:
    assert hosts["beta"].run("grep", "Umask", "/proc/1/status").split() == ["Umask:", "0077"]
    beta = record(played.runs("beta")[0])
    assert beta["machine"]["permissions"]["is_root"] and beta["complete"]


def test_what_failing_hosts_had_is_at_home_too(played: Played) -> None:
    for host in ("killed", "slow"):
        runs = [record(run) for run in played.runs(host)]
        assert runs and {run["label"] for run in runs} == {host}
    # The deadline interrupts, and does not kill: every run has its end, and only one was cut short.
    ends = [record(run)["end"] for run in sorted(played.runs("slow"))]
    assert set(ends[:-1]) <= {"finished"} and ends[-1] in ("finished", "interrupted"), ends
    assert played.runs("dying") == played.runs("denied") == played.runs("away") == []


def test_nothing_is_at_home_but_what_the_report_names(played: Played) -> None:
    named = {run for host in played.report for run in played.runs(host["host"])}
    assert set(played.results.glob("*/*")) - set(played.results.glob(".*/*")) == named
    assert not any(played.results.glob(".fetched/*")) and not any(played.results.glob(".incoming*"))


def test_guests_of_one_physical_host_take_turns(played: Played) -> None:
    first, second = sorted((record(played.runs(host)[0]) for host in ("alpha", "beta")), key=lambda run: run["started_utc"])
    assert first["ended_utc"] < second["started_utc"]
    # The others did not wait for both.
    assert min(record(run)["started_utc"] for run in played.runs("slow")) <= second["started_utc"]


def test_a_guest_waits_out_the_run_of_a_lost_one(played: Played) -> None:
    # All of the first turn start together, and that of the dead one might go on for as long as its deadline.
    began = min(datetime.fromisoformat(record(run)["started_utc"]) for run in played.runs("slow"))
    heir, = (datetime.fromisoformat(record(run)["started_utc"]) for run in played.runs("heir"))
    assert heir - began >= timedelta(seconds=LONG_DEADLINE)
    assert "its run may go on until its deadline" in next(line for line in played.said.splitlines() if line.startswith("dying: "))


@pytest.mark.parametrize("name", ("alpha", "beta", "denied", "killed", "slow"))
def test_nothing_is_left_on_a_host(played: Played, hosts: dict[str, Host], name: str) -> None:
    # Ansible's watcher of a job looks every few seconds whether it is over.
    wait_until(lambda: not commands(hosts[name]), f"{name} to be idle: {commands(hosts[name])}")
    files = hosts[name].run("find", "/tmp", "/home", "/root", "-type", "f", "-cnewer", "/run/sshd").split()
    # sudo's own.
    assert [file for file in files if not file.endswith(".sudo_as_admin_successful")] == []


@pytest.fixture(scope="module")
def installing(
    lab: Lab, keys: Path, hosts: dict[str, Host], package: Path, tmp_path_factory: pytest.TempPathFactory, played: Played,
) -> tuple[subprocess.Popen, Path]:
    """A playbook with the package, and its folder: it goes on beside the next test, on other hosts."""
    inventory = {name: variables(hosts[name]) for name in ("alpha", "denied")}
    inventory["denied"]["ansible_user"] = "guest"
    folder = tmp_path_factory.mktemp("installing")
    return begin(lab, keys, folder, inventory, package=str(package)), folder


def test_a_run_ends_though_its_playbook_is_gone(
    lab: Lab, keys: Path, hosts: dict[str, Host], bundle: Path, tmp_path: Path, installing: tuple[subprocess.Popen, Path],
) -> None:
    slow = hosts["slow"]
    inventory = {"slow": variables(slow, splitbench_options=join(ONE_RUN) + UNTIL_ENDED)}
    playing = begin(lab, keys, tmp_path, inventory, bundle=str(bundle))
    wait_for_a_run(slow)
    playing.kill()
    playing.wait()
    wait_until(lambda: not commands(slow), "the run to end")


def test_a_package_is_installed(hosts: dict[str, Host], installing: tuple[subprocess.Popen, Path]) -> None:
    done = end(*installing)
    assert {row["host"]: (row["outcome"], row["step"]) for row in done.report} == {
        "alpha": ("measured", ""), "denied": ("failed", "Install the package")}
    assert hosts["alpha"].run("dpkg-query", "--show", "--showformat=${Status}", "splitbench") == "install ok installed"
    assert record(done.runs("alpha")[0])["complete"]


@pytest.mark.parametrize(("code", "said"), ((-9, "SIGKILL"), (-35, "signal 35")))
def test_every_signal_has_a_name(code: int, said: str) -> None:
    assert PLUGIN and PLUGIN.loader
    plugin = module_from_spec(PLUGIN)
    PLUGIN.loader.exec_module(plugin)
    assert plugin.reason({"rc": code}) == f"killed by {said}"


def test_what_to_install_must_be_said(lab: Lab, keys: Path, hosts: dict[str, Host], tmp_path: Path) -> None:
    done = end(begin(lab, keys, tmp_path, {"alpha": variables(hosts["alpha"])}), tmp_path)
    assert done.code != 0
    assert "make bundle" in done.of("alpha")[0]["reason"]
