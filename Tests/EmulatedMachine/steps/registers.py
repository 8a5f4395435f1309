"""Steps of runs that write registers, and what the registers hold before the first and behind each."""

OF_A_CORE = ("sld-on-own-core", "sld-on-sibling", "sld-on-other-core")


def registers(when: str) -> dict[str, str]:
    """The step that says what the registers hold."""
    return {f"msr-{when}": "splitbench msr show --json"}


def scope(leave: str = "") -> dict[str, str]:
    """The steps that find out whom the bits belong to."""
    run = f"splitbench run --only scope --out /results/scope --allow-msr-writes {leave}"
    return registers("before") | {"scope": run} | registers("after-scope")


def settings(*names: str, leave: str = "", cpu: int = 1) -> dict[str, str]:
    """The steps that visit settings of detection, from one CPU."""
    run = (
        f"splitbench run --settings {','.join(names)} --cpu {cpu} --rounds 1 --out /results/settings"
        f" --allow-msr-writes {leave}")
    return registers("before") | {"settings": run} | registers("after-settings")


def hotplug(leave: str = "") -> dict[str, str]:
    """The steps that take CPUs offline and bring them back."""
    run = (
        "splitbench run --only hotplug --rounds 1 --out /results/hotplug --allow-hotplug"
        f" --allow-msr-writes {leave}")
    return {"hotplug": run} | registers("after-hotplug")


# Where else split locks pass while detection is off on CPU 1's core.
LEAK = {
    "leak": "splitbench run --only leak --cpu 1 --rounds 3 --out /results/leak --allow-msr-writes",
} | registers("after-leak")


def toggle(cpu: int, leave: str = "") -> dict[str, str]:
    """The steps that flip bit 29 from one CPU, with the time that emulated CPUs take."""
    run = (
        f"splitbench run --plan thorough --only toggle --cpu {cpu} --rounds 2 --out /results/toggle"
        f" --allow-msr-writes {leave}")
    return {"toggle": run} | registers("after-toggle")
