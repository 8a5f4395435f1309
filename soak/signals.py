"""What happens to a run: nothing, or a signal at a random moment; and how it may end then."""

from __future__ import annotations

import random
import signal
from dataclasses import dataclass, replace

# Ends by itself: done, the answer is no, could not, usage.
BY_ITSELF = {0, 1, 2, 64}
INTERRUPTED = 130


@dataclass(frozen=True)
class Event:
    name: str
    # Signals in turn, with the seconds before each.
    signals: tuple[tuple[float, int], ...]
    # Exit codes beside those of a run that ends by itself; a signal's is its number, negative.
    codes: frozenset[int]

    @property
    def kills(self) -> bool:
        """Whether a SIGKILL is among them."""
        return signal.SIGKILL in (number for _, number in self.signals)

    @property
    def ends_at_once(self) -> bool:
        """Whether the run may end in the midst of writing a file: the second interrupt does not wait either."""
        return self.kills or len(self.signals) > 1 and signal.SIGCONT not in (number for _, number in self.signals)

    @property
    def without_interrupts(self) -> Event:
        """With SIGTERM for SIGINT, which a shell without job control has its background jobs ignore."""
        other = {signal.SIGINT: signal.SIGTERM, -signal.SIGINT: -signal.SIGTERM}
        return replace(
            self, name=self.name.replace("INT", "TERM"),
            signals=tuple((pause, other.get(number, number)) for pause, number in self.signals),
            codes=frozenset(other.get(code, code) for code in self.codes))


def choose(random: random.Random, longest: float) -> Event:
    """An event in the first `longest` seconds."""
    begin = random.uniform(0, longest)
    soon = random.uniform(0, 0.2)
    asked = [
        Event(name, ((begin, number),), frozenset({INTERRUPTED, -number})) for name, number in (
            ("INT", signal.SIGINT), ("TERM", signal.SIGTERM), ("HUP", signal.SIGHUP))
    ]
    return random.choice([
        Event("none", (), frozenset()), *asked,
        Event("INT twice", ((begin, signal.SIGINT), (soon, signal.SIGINT)),
              frozenset({INTERRUPTED, -signal.SIGINT})),
        Event("KILL", ((begin, signal.SIGKILL),), frozenset({-signal.SIGKILL})),
        Event("STOP, CONT", ((begin, signal.SIGSTOP), (random.uniform(0.1, 2), signal.SIGCONT)), frozenset()),
    ])
