"""One boot: which CPU, how many of them, which parameter of Linux, and what is run there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cpu:
    """What the processor can detect."""
    split_locks: bool = False
    bus_locks: bool = False
    # An AMD processor that can run guests.
    runs_guests: bool = False

    @property
    def model(self) -> str:
        if self.runs_guests:
            return "EPYC,+svm,+npt"
        # Linux never arms #AC where the hypervisor bit is set.
        flags = ["Snowridge", "-hypervisor"]
        flags += [] if self.split_locks else ["-core-capability"]
        flags += ["+bus-lock-detect"] if self.bus_locks else []
        return ",".join(flags)


SLD = Cpu(split_locks=True)
BLD = Cpu(bus_locks=True)
BOTH = Cpu(split_locks=True, bus_locks=True)
GUESTS = Cpu(runs_guests=True)


@dataclass(frozen=True)
class Topology:
    sockets: int
    cores: int
    threads: int

    @property
    def cpus(self) -> int:
        return self.sockets * self.cores * self.threads

    @property
    def last_of_sockets(self) -> set[int]:
        return set(range(self.cpus // self.sockets - 1, self.cpus, self.cpus // self.sockets))


ONE = Topology(1, 1, 1)
FOUR = Topology(1, 4, 1)
# A NUMA node per socket; CPUs 2n and 2n + 1 share a core, 0 to 3 a socket.
TWO_SOCKETS = Topology(2, 2, 2)


@dataclass(frozen=True, eq=False)
class Boot:
    name: str
    cpu: Cpu
    topology: Topology
    # split_lock_detect= on Linux's command line; None: not there.
    mode: str | None
    # Shell commands by name, run one after another.
    steps: dict[str, str]
    # Who shares bit 29 of MSR 0x33: core, thread or package.
    scope: str = "core"
    # CPUs that refuse that bit with #GP, and CPUs on which it reads back unset.
    refuse: tuple[int, ...] = ()
    stuck: tuple[int, ...] = ()
    modules: tuple[str, ...] = ("msr",)
    # After which it counts as hung.
    seconds: int = 120

    @property
    def environment(self) -> dict[str, str]:
        """How the emulated CPU is told; cpu/ documents it."""
        return {
            "SPLITLOCK_SCOPE": self.scope,
            "SPLITLOCK_REFUSE": ",".join(map(str, self.refuse)),
            "SPLITLOCK_STUCK": ",".join(map(str, self.stuck)),
        }
