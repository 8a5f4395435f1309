"""The matrix: which CPUs, which parameter of Linux, and what is run there."""

from boot import BLD, BOTH, FOUR, GUESTS, ONE, SLD, TWO_SOCKETS, Boot
from steps.behind_linux import BY_HAND, HOTPLUG
from steps.guest import GUEST, KVM, WITHOUT_KVM
from steps.interrupted import KILLED, MID_RUN
from steps.registers import LEAK, OF_A_CORE, hotplug, scope, settings, toggle
from steps.rhythm import RHYTHMS
from steps.trap import DOCTOR, FLIPS, trap

BOOTS = (
    Boot("one-sld", SLD, ONE, None, DOCTOR | trap()),
    Boot("one-bld-fatal", BLD, ONE, "fatal", DOCTOR | trap(), modules=()),
    Boot(
        "one-both-ratelimit", BOTH, ONE, "ratelimit:100", DOCTOR | trap()
        | settings("as-found", "sld-on", "bld-off", "sld-on+bld-off", leave="--allow-arming", cpu=0)),
    Boot(
        "one-neither-fatal", GUESTS, ONE, "fatal", DOCTOR | trap() | WITHOUT_KVM | GUEST,
        modules=KVM, seconds=300),
    # --force: CPUs that refuse the bit, or on which it is not there, do not hold what Linux believes set.
    Boot("four-sld-fatal-stuck", SLD, FOUR, "fatal", DOCTOR | scope("--force") | trap(), stuck=(2,)),
    Boot("four-sld-ratelimit", SLD, FOUR, "ratelimit:100", DOCTOR | trap() | MID_RUN),
    Boot("four-bld-warn", BLD, FOUR, "warn", DOCTOR | trap() | settings("as-found", "bld-off")),
    # Without leave to arm, the scope of bit 29 is not told where Linux booted without #AC.
    Boot(
        "four-both-off", BOTH, FOUR, "off", DOCTOR | scope() | trap()
        | settings("as-found", "sld-on", "bld-on", leave="--allow-arming")
        | hotplug("--allow-arming") | toggle(1, "--allow-arming")),
    Boot("four-both-boot-cpu-stuck", BOTH, FOUR, "warn", DOCTOR | trap(), stuck=(0,)),
    Boot("two-sockets-sld-warn", SLD, TWO_SOCKETS, "warn", FLIPS | RHYTHMS, seconds=300),
    Boot("two-sockets-sld-by-hand", SLD, TWO_SOCKETS, "off", BY_HAND),
    Boot(
        "two-sockets-both", BOTH, TWO_SOCKETS, None, DOCTOR | scope("--force") | trap()
        | settings(
            "as-found", "sld-off", "sld-on", *OF_A_CORE, "bld-on", "sld-off+bld-on", "mitigate-off")
        | hotplug() | LEAK | toggle(1) | KILLED, seconds=300),
    Boot(
        "two-sockets-both-thread-refuse", BOTH, TWO_SOCKETS, "fatal", DOCTOR | scope("--force") | trap()
        | settings("as-found", "sld-off", "sld-on", *OF_A_CORE, "bld-on", "sld-off+bld-on", leave="--force")
        | toggle(2, "--force"), scope="thread", refuse=(3,)),
    Boot("two-sockets-both-package-hotplug", BOTH, TWO_SOCKETS, "fatal", HOTPLUG, scope="package"),
)
