"""What is expected of one boot: an entry of the table."""

from dataclasses import dataclass, field

from expected.answers import Answer
from expected.registers import Scope, Toggled
from expected.settings import Met


@dataclass(frozen=True)
class Expected:
    # What doctor says of the policy: its mode, and whether Linux knows #AC and #DB.
    mode: str
    ac: bool
    db: bool
    # What Linux says at boot.
    said: list[str]
    # The answer of each CPU from 0 on, in each run of the trap experiment.
    runs: dict[str, list[Answer]]
    # Where the msr driver lets doctor look: bit 29 of MSR 0x33 of each CPU, and bit 2 of DEBUGCTL of all.
    armed: list[bool] | None = None
    bus_locks_armed: bool = False
    rate_limit: int | None = None
    # Whom each detection bit belongs to, and whether SMT siblings share it, by register and by behaviour.
    scopes: dict[str, Scope] = field(default_factory=dict)
    # What a tight loop meets, by setting.
    settings: dict[str, Met] = field(default_factory=dict)
    # What a detection bit is when its CPU is back online, and what a split lock meets there.
    hotplug: dict[str, bool] = field(default_factory=dict)
    met_after_hotplug: str = ""
    # Whether split locks pass on a CPU while detection is off on another's core, by relation.
    leaks: dict[str, bool] = field(default_factory=dict)
    toggled: Toggled | None = None
    # What `run --only guest` says in words, by part, quantity, condition and CPL.
    guest: dict[tuple[str, str, str, str], str] = field(default_factory=dict)
    # kernel.split_lock_mitigate, in each step that asks doctor.
    mitigates: dict[str, bool] = field(default_factory=lambda: {"doctor": True})
    # Whether the trap experiment must find the rhythm of Linux's delays, which the policy model foretells.
    has_rhythm: bool = False
