"""What a tight loop of split locks meets under each setting that `run --settings` visits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Met:
    """What a tight loop of split locks meets under a setting; several kinds: one of them."""
    kinds: tuple[str, ...]
    armed_cpus: str
    # Whether operations are put to sleep, or meet SIGBUS, which kills a child.
    sleeps: bool = False
    dies: bool = False
    # Whether the machine takes the setting whole.
    whole: bool = True

    @property
    def costs(self) -> tuple[str, ...]:
        """What settings-cost.csv says of cells that split."""
        if self.dies:
            return ("trapped",)
        # split_lock_warn sleeps at each first operation behind an open window; a rate limit lets some pass.
        if self.sleeps:
            return ("delayed",) if self.kinds == ("#AC",) else ("delayed", "completed")
        return ("completed",)


SILENT = ("silent",)

# In warn; CPUs 0 and 1 share a core, and its bit. bld-on beside #AC: the operation that runs again meets #DB.
WARN_SETTINGS = {
    "as-found": Met(("#AC",), "0-7", sleeps=True),
    "sld-off": Met(SILENT, "none"),
    "sld-on": Met(("#AC",), "0-7", sleeps=True),
    "sld-on-own-core": Met(("#AC",), "0-1", sleeps=True),
    "sld-on-sibling": Met(("#AC",), "0-1", sleeps=True),
    "sld-on-other-core": Met(SILENT, "2-3"),
    "bld-on": Met(("#AC",), "0-7", sleeps=True),
    # A line an operation, or a task, ten in five seconds: without one nothing can be told.
    "sld-off+bld-on": Met(("#DB", "unknown"), "none"),
    "mitigate-off": Met(("#AC", "unknown"), "0-7"),
}

# In fatal; a bit of its own for each CPU, and CPU 3 refuses it.
FATAL_SETTINGS = {
    "as-found": Met(("#AC",), "0-2,4-7", dies=True),
    "sld-off": Met(SILENT, "none"),
    "sld-on": Met(("#AC",), "0-2,4-7", dies=True, whole=False),
    "sld-on-own-core": Met(("#AC",), "1", dies=True),
    "sld-on-sibling": Met(SILENT, "0"),
    "sld-on-other-core": Met(SILENT, "2"),
    "bld-on": Met(("#AC",), "0-2,4-7", dies=True),
    "sld-off+bld-on": Met(("#DB",), "none", dies=True),
}

# Booted with off, armed by hand: handle_user_split_lock warns all the same; handle_bus_lock does nothing.
OFF_SETTINGS = {
    "as-found": Met(SILENT, "none"),
    "sld-on": Met(("#AC",), "0-3", sleeps=True),
    "bld-on": Met(SILENT, "none"),
}

# Booted with ratelimit, which arms #DB alone; armed by hand, #AC warns all the same, and the operation that
# runs again meets #DB. Without #DB nothing limits.
RATELIMIT_SETTINGS = {
    "as-found": Met(("#DB",), "none", sleeps=True),
    "sld-on": Met(("#AC", "#DB"), "0", sleeps=True),
    "bld-off": Met(SILENT, "none"),
    "sld-on+bld-off": Met(("#AC",), "0", sleeps=True),
}

# #DB alone, in warn: a line an operation, ten in five seconds. There is no bit 29.
BUS_LOCK_SETTINGS = {
    "as-found": Met(("#DB", "unknown"), ""),
    "bld-off": Met(SILENT, ""),
}
