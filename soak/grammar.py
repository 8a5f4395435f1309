"""Random command lines of `splitbench run`, from its grammar; one in ten with a word that does not fit."""

from __future__ import annotations

import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Seconds of locked time: so little that it ends some experiments early.
BUDGETS = (0.002, 0.004)
WRONG = (["--width", "3"], ["--offset", "9999"], ["--cpu", "4095"], ["--only", "teatime"], ["--budget", "nan"],
         ["--label", "a/b"], ["--seed", "-1"], ["--rounds", "0"], ["--placement", ""], ["--colour"], ["fast"],
         ["--settings", "all"], ["--victim-node", "77"], ["--only", "scope"], ["--instruction", "add,,xchg"])


@dataclass(frozen=True)
class Words:
    """What there is to choose from, as `splitbench list` says."""
    instructions: list[str]
    placements: list[str]
    victims: list[str]
    # Experiments that change no register and put no CPU offline.
    harmless: list[str]
    cpus: int

    @classmethod
    def of(cls, binary: Path, cpus: int) -> Words:
        said = json.loads(subprocess.run([binary, "list", "--json"], capture_output=True, check=True).stdout)
        ids = {kind: [row["id"] for row in said[kind]] for kind in ("instructions", "placements", "victims")}
        return cls(**ids, harmless=[row["id"] for row in said["experiments"] if not row["changes_machine"]], cpus=cpus)


def some(random: random.Random, of: list[str] | tuple[str, ...], most: int = 3) -> str:
    return ",".join(random.sample(of, random.randint(1, min(most, len(of)))))


def cpu_list(random: random.Random, cpus: int) -> str:
    first = random.randrange(cpus)
    last = random.randrange(first, cpus)
    return random.choice(["all", str(first), f"{first}-{last}", f"{first}-{last}:2", f"sibling-of:{first}",
                          f"other-package-of:{first}", f"{first},{last}"])


def command_line(random: random.Random, words: Words) -> list[str]:
    """The words behind `splitbench run`, without --out."""
    only = some(random, words.harmless)
    chosen = ["--plan", "quick", "--budget", str(random.choice(BUDGETS)), "--rounds", str(random.randint(1, 6)),
              "--only", only]
    optional = [
        ["--cpu", cpu_list(random, words.cpus)], ["--all-pairs"], ["--json"], ["--quiet"], ["--dry-run"],
        ["--seed", str(random.getrandbits(63))], ["--label", "soak.1"], ["--repeat", "2", "--pause", "0.1"],
    ]
    # Flags for what --only leaves out are refused, and so are cells that cannot be: now and then is enough.
    if "cost" in only or random.random() < 0.05:
        optional += [
            ["--instruction", some(random, words.instructions)], ["--placement", some(random, words.placements)],
            ["--width", some(random, ["2", "4", "8"])],
        ]
        if random.random() < 0.2:
            optional += [["--offset", some(random, [str(offset) for offset in range(64)])], ["--width", "1,16"]]
    if "bystander" in only or random.random() < 0.05:
        optional += [["--victim", some(random, words.victims)], ["--victim-node", "0"]]
    for option in optional:
        if random.random() < 0.2:
            chosen += option
    if random.random() < 0.1:
        chosen += random.choice(WRONG)
    return chosen


def changing_command_line(random: random.Random) -> list[str]:
    """The words behind `splitbench run` for what changes registers, on a machine that is ours."""
    settings = ["as-found", "sld-on", "sld-off", "sld-on-own-core", "sld-on-other-core", "bld-on", "bld-off",
                "sld-off+bld-on", "mitigate-off"]
    what = random.choice([
        ["--settings", some(random, settings)], ["--settings", some(random, settings)], ["--only", "scope"],
        ["--only", "toggle"], ["--only", "leak"], ["--only", "hotplug", "--allow-hotplug"],
    ])
    leave = ["--allow-msr-writes"] if random.random() < 0.9 else []
    leave += ["--allow-arming", "--force"] if random.random() < 0.8 else []
    cpu = ["--cpu", "1"] if random.random() < 0.5 else []
    return [*what, *leave, *cpu, "--rounds", "1", "--quiet"]
