"""The boots of the matrix: which CPU, how many of them, which parameter of Linux, and what is run there."""

import os
from dataclasses import dataclass, field

DOCTOR = {"doctor": "splitbench doctor --json"}


def trap(name: str = "trap", cpus: str = "") -> dict[str, str]:
    """The step that runs the trap experiment; its result folder is /results/<name>/<run>."""
    chosen = f" --cpu {cpus}" if cpus else ""
    # The thorough plan tries no more, but gives it the time that emulated CPUs take.
    return {name: f"splitbench run --plan thorough --only trap{chosen} --out /results/{name}"}


def write_msr(cpu: int, register: int, value: int) -> str:
    """A shell command that writes a model-specific register."""
    octal = "".join(rf"\{byte:03o}" for byte in value.to_bytes(8, "little"))
    return f"printf '{octal}' | dd of=/dev/cpu/{cpu}/msr bs=8 count=1 oflag=seek_bytes seek={register}"


SPLIT_LOCK_DETECT = 1 << 29
MEMORY_CONTROL = 0x33


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
    steps: dict[str, str] = field(default_factory=lambda: DOCTOR | trap())
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


MITIGATE = "/proc/sys/kernel/split_lock_mitigate"

# On one core: after split locks on two at once Linux 6.1 may leave detection off on one of them.
FLIPS = DOCTOR | trap(cpus="0-1") | {
    "mitigate-0": f"echo 0 >{MITIGATE} && splitbench doctor --json",
} | trap("trap-mitigate-0", cpus="0-1") | {
    "mitigate-1": f"echo 1 >{MITIGATE} && splitbench doctor --json",
} | trap("trap-mitigate-1", cpus="0-1")


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

# Bit 29 set behind Linux's back.
BY_HAND = {"arm": write_msr(1, MEMORY_CONTROL, SPLIT_LOCK_DETECT)} | DOCTOR | trap()

# Without leave to arm: nothing is told of #AC where Linux booted without it.
SCOPE_UNARMED = {
    "msr-before": "splitbench msr show --json",
    "scope": "splitbench run --only scope --allow-msr-writes --out /results/scope",
    "msr-after": "splitbench msr show --json",
}

# Whom the bits belong to; --force, since some CPUs here refuse what Linux believes set.
SCOPE = {
    "msr-before": "splitbench msr show --json",
    "scope": "splitbench run --only scope --allow-msr-writes --force --out /results/scope",
    "msr-after": "splitbench msr show --json",
}


def settings(*names: str, leave: str = "", cpu: int = 1) -> dict[str, str]:
    """The steps that visit settings of detection, from one CPU."""
    return {
        "msr-before": "splitbench msr show --json",
        "settings": f"splitbench run --settings {','.join(names)} --cpu {cpu} --rounds 1 --out /results/settings"
                    f" --allow-msr-writes {leave}",
        "msr-after-settings": "splitbench msr show --json",
    }


def hotplug(leave: str = "") -> dict[str, str]:
    """The step that takes CPUs offline and brings them back."""
    return {
        "hotplug": f"splitbench run --only hotplug --rounds 1 --out /results/hotplug --allow-hotplug"
                   f" --allow-msr-writes {leave}",
        "msr-after-hotplug": "splitbench msr show --json",
    }


# Where else split locks pass while detection is off on CPU 1's core.
LEAK = {
    "leak": "splitbench run --only leak --cpu 1 --rounds 3 --out /results/leak --allow-msr-writes",
    "msr-after-leak": "splitbench msr show --json",
}


def toggle(cpu: int, leave: str = "") -> dict[str, str]:
    """The step that flips bit 29 from one CPU, with the time that emulated CPUs take."""
    return {
        "toggle": f"splitbench run --plan thorough --only toggle --cpu {cpu} --rounds 2 --out /results/toggle"
                  f" --allow-msr-writes {leave}",
        "msr-after-toggle": "splitbench msr show --json",
    }


# Guests of a stock KVM, with the time that emulated CPUs take.
KVM = ("msr", "irqbypass", "kvm", "ccp", "kvm-amd")
GUEST = {"guest": "splitbench run --plan thorough --only guest --rounds 10 --out /results/guest"}


def without_kvm(name: str, instead: str) -> dict[str, str]:
    """The step that runs where /dev/kvm is something else."""
    return {name: f"mv /dev/kvm /dev/kvm-away; {instead}; splitbench run --plan thorough --only trap,guest --out /results/{name};"
                  " code=$?; rm -f /dev/kvm; mv /dev/kvm-away /dev/kvm; exit $code"}


# Not there; refused, as root is by a file system without devices; and a device with another API.
WITHOUT_KVM = (
    without_kvm("no-kvm", "true")
    | without_kvm("forbidden-kvm", "mkdir /nodev; mount -t tmpfs -o nodev nodev /nodev; cp -a /dev/kvm-away /nodev/kvm;"
                                   " ln -s /nodev/kvm /dev/kvm")
    | without_kvm("old-kvm", "ln -s /dev/null /dev/kvm"))

# Of a run that writes registers, of its guardian, and of both.
KILLS = int(os.environ.get("SPLITBENCH_KILLS") or 6)

OF_A_CORE = ("sld-on-own-core", "sld-on-sibling", "sld-on-other-core")

# A CPU that goes in the middle of a run.
GONE = 3
MID_RUN = {
    "mid-run": f"splitbench run --only cost --cpu 0,{GONE} --placement aligned --instruction add,load --rounds 10000"
               " --quiet --out /results/mid-run >/dev/null & run=$!; while [ ! -s /results/mid-run/*/cost.csv ]; do sleep 0.2; done; sleep 2;"
               f" echo 0 >/sys/devices/system/cpu/cpu{GONE}/online; wait $run; echo $?;"
               f" echo 1 >/sys/devices/system/cpu/cpu{GONE}/online",
}

# Bit 29 taken away behind Linux's back, and set again by Linux as it brings a CPU online.
ONLINE = "/sys/devices/system/cpu/cpu7/online"
HOTPLUG = DOCTOR | SCOPE | hotplug() | trap() | {
    "disarm": write_msr(6, MEMORY_CONTROL, 0),
} | trap("trap-disarmed") | {
    "replug": f"echo 0 >{ONLINE} && echo 1 >{ONLINE} && splitbench doctor --json",
} | trap("trap-replugged")

BOOTS = (
    Boot("one-sld", SLD, ONE, None),
    Boot("one-bld-fatal", BLD, ONE, "fatal", modules=()),
    Boot("one-both-ratelimit", BOTH, ONE, "ratelimit:100", DOCTOR | trap() | settings(
        "as-found", "sld-on", "bld-off", "sld-on+bld-off", leave="--allow-arming", cpu=0)),
    Boot("one-neither-fatal", GUESTS, ONE, "fatal", DOCTOR | trap() | WITHOUT_KVM | GUEST, modules=KVM, seconds=300),
    Boot("four-sld-fatal-stuck", SLD, FOUR, "fatal", DOCTOR | SCOPE | trap(), stuck=(2,)),
    Boot("four-sld-ratelimit", SLD, FOUR, "ratelimit:100", DOCTOR | trap() | MID_RUN),
    Boot("four-bld-warn", BLD, FOUR, "warn", DOCTOR | trap() | settings("as-found", "bld-off")),
    Boot("four-both-off", BOTH, FOUR, "off", DOCTOR | SCOPE_UNARMED | trap() | settings(
        "as-found", "sld-on", "bld-on", leave="--allow-arming") | hotplug("--allow-arming") | toggle(
        1, "--allow-arming")),
    Boot("four-both-boot-cpu-stuck", BOTH, FOUR, "warn", stuck=(0,)),
    Boot("two-sockets-sld-warn", SLD, TWO_SOCKETS, "warn", FLIPS | RHYTHMS, seconds=300),
    Boot("two-sockets-sld-by-hand", SLD, TWO_SOCKETS, "off", BY_HAND),
    Boot("two-sockets-both", BOTH, TWO_SOCKETS, None, DOCTOR | SCOPE | trap() | settings(
        "as-found", "sld-off", "sld-on", *OF_A_CORE, "bld-on", "sld-off+bld-on", "mitigate-off") | hotplug() | LEAK | toggle(1) | {"kills": f"kills {KILLS}"}, seconds=300),
    Boot(
        "two-sockets-both-thread-refuse", BOTH, TWO_SOCKETS, "fatal", DOCTOR | SCOPE | trap() | settings(
            "as-found", "sld-off", "sld-on", *OF_A_CORE, "bld-on", "sld-off+bld-on", leave="--force") | toggle(2, "--force"),
        scope="thread", refuse=(3,)),
    Boot("two-sockets-both-package-hotplug", BOTH, TWO_SOCKETS, "fatal", HOTPLUG, scope="package"),
)
