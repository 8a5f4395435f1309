"""Steps that ask doctor and run the trap experiment."""

DOCTOR = {"doctor": "splitbench doctor --json"}


def trap(name: str = "trap", cpus: str = "") -> dict[str, str]:
    """The step that runs the trap experiment; its result folder is /results/<name>/<run>."""
    chosen = f" --cpu {cpus}" if cpus else ""
    # The thorough plan tries no more, but gives it the time that emulated CPUs take.
    return {name: f"splitbench run --plan thorough --only trap{chosen} --out /results/{name}"}


MITIGATE = "/proc/sys/kernel/split_lock_mitigate"

# On one core: after split locks on two at once Linux 6.1 may leave detection off on one of them.
FLIPS = DOCTOR | trap(cpus="0-1") | {
    "mitigate-0": f"echo 0 >{MITIGATE} && splitbench doctor --json",
} | trap("trap-mitigate-0", cpus="0-1") | {
    "mitigate-1": f"echo 1 >{MITIGATE} && splitbench doctor --json",
} | trap("trap-mitigate-1", cpus="0-1")
