"""Steps in which bit 29 of MSR 0x33 is written behind Linux's back."""

from steps.registers import hotplug, scope
from steps.trap import DOCTOR, trap

MEMORY_CONTROL = 0x33
SPLIT_LOCK_DETECT = 1 << 29
# CPU 6's socket is CPU 7's.
ONLINE = "/sys/devices/system/cpu/cpu7/online"


def write(cpu: int, value: int) -> str:
    """A shell command that writes the register of a CPU."""
    octal = "".join(rf"\{byte:03o}" for byte in value.to_bytes(8, "little"))
    return f"printf '{octal}' | dd of=/dev/cpu/{cpu}/msr bs=8 count=1 oflag=seek_bytes seek={MEMORY_CONTROL}"


# Set.
BY_HAND = {"arm": write(1, SPLIT_LOCK_DETECT)} | DOCTOR | trap()

# Taken away, and set again by Linux as it brings a CPU online.
HOTPLUG = DOCTOR | scope("--force") | hotplug() | trap() | {
    "disarm": write(6, 0),
} | trap("trap-disarmed") | {
    "replug": f"echo 0 >{ONLINE} && echo 1 >{ONLINE} && splitbench doctor --json",
} | trap("trap-replugged")
