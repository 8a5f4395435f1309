"""Steps in which programs split-lock to a rhythm, which the policy model foretells."""

# So few split locks that one window of Linux's takes them all, and ms behind them in which it closes.
BURST, REST = 3, 40


def rhythm(mitigate: int, cpus: str, rests: bool = False) -> dict[str, str]:
    """The step that has programs split-lock on some CPUs, perhaps in bursts, and Linux trace its answers."""
    name = f"rhythm-{mitigate}-{len(cpus.split())}" + ("-rests" if rests else "")
    return {name: f"rhythm {name} {mitigate} {BURST if rests else 0} {REST} {cpus}"}


# Last: without mitigation detection may stay off on three of four cores.
RHYTHMS = (
    rhythm(1, "0") | rhythm(1, "0", rests=True) | rhythm(1, "0 2 4 6") | rhythm(1, "0 2 4 6", rests=True)
    | rhythm(0, "0") | rhythm(0, "0 2 4 6"))
