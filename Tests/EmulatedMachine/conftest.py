"""Boots what the selected tests ask for, each once for all files: the whole matrix, or the one that BOOT names."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from booted import Booted
from boots import BOOTS
from command import CannotRun
from initramfs import initramfs
from linux import linux
from machine import Machine
from qemu import qemu
from results import Results

CHOSEN = [boot for boot in BOOTS if os.environ.get("BOOT") in (None, "", boot.name)]


def pytest_configure() -> None:
    if not CHOSEN:
        names = ", ".join(boot.name for boot in BOOTS)
        pytest.exit(f"no boot is named {os.environ['BOOT']}; there are: {names}", 2)


@pytest.fixture(scope="session")
def futures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Future]]:
    """The results of the boots whose tests were selected; one at a time for two CPUs of ours."""
    try:
        qemu(), linux(), initramfs()
    except CannotRun as error:
        pytest.exit(f"the emulated machine cannot be made: {error}", 2)
    # In the order of the tests, each once.
    wanted = dict.fromkeys(item.callspec.params["booted"] for item in request.session.items)
    machines = [Machine(boot, tmp_path_factory.mktemp(boot.name, numbered=False)) for boot in wanted]
    with ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 1) // 2)) as pool:
        yield {machine.boot.name: pool.submit(boot_until_undisturbed, machine) for machine in machines}
        # Where the tests ended early, nobody waits for the rest.
        pool.shutdown(wait=False, cancel_futures=True)
        for machine in machines:
            machine.end()


def boot_until_undisturbed(machine: Machine) -> Results:
    """Boots, and once more where the host had held up an emulated CPU."""
    results = machine.run()
    records = [json.loads(file.read_text()) for file in results.folder.glob("*/*/run.json")]
    return machine.run() if any(map(was_held_up, records)) else results


def was_held_up(record: dict) -> bool:
    """Whether splitbench gave up a run, or Linux slept or woke later than its source allows."""
    late = (
        cycle[part]["median"] > 1.05 * cycle["predicted"][part]["high"] for cycle in record.get("duty_cycles", [])
        for part in ("delay_ms", "window_ms") if part in cycle and part in cycle.get("predicted", {}))
    return "unexplained-delay" in record["ends"].values() or any(late)


# Of the session: pytest then runs all tests of a boot, whatever their file, before those of the next.
@pytest.fixture(scope="session", params=CHOSEN, ids=lambda boot: boot.name)
def booted(request: pytest.FixtureRequest, futures: dict[str, Future]) -> Booted:
    return Booted(request.param, futures[request.param.name].result())
