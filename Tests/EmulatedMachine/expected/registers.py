"""Whom a detection bit belongs to, and on which CPUs it is flipped."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """What `run --only scope` concludes of a bit; several where the topology cannot tell them apart."""
    scopes: tuple[str, ...]
    siblings_share: bool | None = None
    by_behaviour: bool | None = None


# IA32_DEBUGCTL is each thread's; what #DB does in warn shows in the log alone.
DB_OF_THREAD = Scope(("per-thread",), siblings_share=False)


@dataclass(frozen=True)
class Toggled:
    """What `run --only toggle` finds from a CPU."""
    writer: int
    # The CPUs that it looks at, by their relation to the writer.
    cpus: dict[str, int]
    # Those of them that refuse the write.
    refusing: tuple[int, ...] = ()
