"""The table: what Linux does in each boot, by the boot's name."""

from expected.answers import AC_AND_DB_WARN, AC_KILLS, AC_WARNS, AC_WARNS_AT_ONCE
from expected.answers import DB_KILLS, DB_LIMITS, DB_WARNS, NATIVE
from expected.entry import Expected
from expected.guest import STOCK_KVM
from expected.messages import AC_FATAL, AC_WARNING, DB_FATAL, DB_LIMIT, DB_WARNING, DISABLED, FAILED
from expected.registers import DB_OF_THREAD, Scope, Toggled
from expected.settings import BUS_LOCK_SETTINGS, FATAL_SETTINGS, OFF_SETTINGS, RATELIMIT_SETTINGS, WARN_SETTINGS

ON, OFF = True, False

EXPECTED = {
    # No parameter: sld_state_setup chooses warn where the CPU detects anything.
    "one-sld": Expected("warn", True, False, [AC_WARNING], {"trap": [AC_WARNS]}, armed=[ON]),
    "one-bld-fatal": Expected("fatal", False, True, [DB_FATAL], {"trap": [DB_KILLS]}),
    # ratelimit is #DB's: split_lock_init takes bit 29 away.
    "one-both-ratelimit": Expected(
        "ratelimit", True, True, [DB_LIMIT], {"trap": [DB_LIMITS]},
        armed=[OFF], bus_locks_armed=True, rate_limit=100, settings=RATELIMIT_SETTINGS, has_rhythm=True),
    "one-neither-fatal": Expected("unsupported", False, False, [], {"trap": [NATIVE]}, guest=STOCK_KVM),
    # split_lock_init does not look at what split_lock_verify_msr returns: Linux believes CPU 2 armed.
    "four-sld-fatal-stuck": Expected(
        "fatal", True, False, [AC_FATAL], {"trap": [AC_KILLS, AC_KILLS, NATIVE, AC_KILLS]},
        armed=[ON, ON, OFF, ON], scopes={"sld": Scope(("per-thread", "per-core"))}),
    # Without #DB nothing limits, and nothing is said.
    "four-sld-ratelimit": Expected(
        "ratelimit", True, False, [], {"trap": [NATIVE] * 4}, armed=[OFF] * 4, rate_limit=100),
    "four-bld-warn": Expected(
        "warn", False, True, [DB_WARNING], {"trap": [DB_WARNS] * 4}, bus_locks_armed=True,
        settings=BUS_LOCK_SETTINGS),
    "four-both-off": Expected("off", True, True, [DISABLED], {"trap": [NATIVE] * 4}, armed=[OFF] * 4,
        scopes={"bld": Scope(("per-thread", "per-core"))}, settings=OFF_SETTINGS,
        hotplug={"sld": OFF, "bld": OFF}, met_after_hotplug="nothing",
        toggled=Toggled(1, {"self": 1, "same-l3": 0})),
    # The boot CPU fails the test in __split_lock_setup: Linux gives #AC up; bus_lock_init arms #DB.
    # But cpu_model_supports_sld is set by then, so that split_lock_init arms #AC on all others.
    "four-both-boot-cpu-stuck": Expected(
        "warn", False, True, [FAILED, DB_WARNING], {"trap": [DB_WARNS] + [AC_AND_DB_WARN] * 3},
        armed=[OFF] + [ON] * 3, bus_locks_armed=True),
    "two-sockets-sld-warn": Expected(
        "warn", True, False, [AC_WARNING],
        {
            "trap": [AC_WARNS] * 2,
            "trap-mitigate-0": [AC_WARNS_AT_ONCE] * 2,
            "trap-mitigate-1": [AC_WARNS] * 2,
        },
        armed=[ON] * 8, mitigates={"doctor": True, "mitigate-0": False, "mitigate-1": True},
        has_rhythm=True),
    # Off, but bit 29 set by hand on CPU 1, and so on its core: handle_user_split_lock warns nevertheless.
    "two-sockets-sld-by-hand": Expected(
        "off", True, False, [DISABLED], {"trap": [AC_WARNS] * 2 + [NATIVE] * 6},
        armed=[ON] * 2 + [OFF] * 6),
    # bus_lock_init leaves split locks to #AC where both are there.
    "two-sockets-both": Expected(
        "warn", True, True, [AC_WARNING], {"trap": [AC_WARNS] * 8}, armed=[ON] * 8,
        scopes={"sld": Scope(("per-core",), siblings_share=True, by_behaviour=True), "bld": DB_OF_THREAD},
        settings=WARN_SETTINGS, hotplug={"sld": ON, "bld": OFF}, met_after_hotplug="#AC, delayed",
        # split_lock_warn takes the bit off the core that the task runs on.
        leaks={"self": True, "smt-sibling": True, "same-l3": False, "other-package": False},
        toggled=Toggled(1, {"self": 1, "smt-sibling": 0, "same-l3": 2, "other-package": 4})),
    # wrmsrl_safe: the refused write on CPU 3 goes unnoticed. Its sibling has a bit of its own here.
    "two-sockets-both-thread-refuse": Expected(
        "fatal", True, True, [AC_FATAL], {"trap": [AC_KILLS] * 3 + [NATIVE] + [AC_KILLS] * 4},
        armed=[ON] * 3 + [OFF] + [ON] * 4,
        scopes={"sld": Scope(("per-thread",), False, by_behaviour=False), "bld": DB_OF_THREAD},
        settings=FATAL_SETTINGS,
        toggled=Toggled(2, {"self": 2, "smt-sibling": 3, "same-l3": 0, "other-package": 4}, refusing=(3,))),
    # Cleared on CPU 6, the bit is gone from its socket, until split_lock_init runs on CPU 7 as it comes back.
    "two-sockets-both-package-hotplug": Expected(
        "fatal", True, True, [AC_FATAL],
        {
            "trap": [AC_KILLS] * 8,
            "trap-disarmed": [AC_KILLS] * 4 + [NATIVE] * 4,
            "trap-replugged": [AC_KILLS] * 8,
        },
        armed=[ON] * 8, mitigates={"doctor": True, "replug": True},
        scopes={"sld": Scope(("per-package",), siblings_share=True, by_behaviour=True), "bld": DB_OF_THREAD},
        hotplug={"sld": ON, "bld": OFF}, met_after_hotplug="#AC, SIGBUS"),
}
