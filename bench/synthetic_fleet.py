#!/usr/bin/env python3
"""A fleet that never was: result folders made from committed runs, for tests and measurements of what reads many.

Every folder is marked: its label is "synthetic", its processors are called so, and so is its name. The numbers are a committed
run's, times what a kind, a machine and a run have by chance; machines that are unlike their kind are planted, and returned.
The raw samples are left out: 500 times 10 MB would measure the disk.
"""
import argparse, calendar, copy, csv, hashlib, io, json, pathlib, random, time

RESULTS = pathlib.Path(__file__).resolve().parent.parent / "results"
RAW = ("samples", "slices")
# By what a kind's numbers are multiplied, its microcode, Linux and policy. Two kinds differ by less than machines do.
KINDS = (
    (1.00, "0x1000065", "6.1.0-38-amd64", "unsupported"), (1.01, "0x1000070", "6.1.0-38-amd64", "unsupported"),
    (1.30, "0x2b000639", "6.12.48-amd64", "off"), (0.70, "0x2c000410", "6.8.0-85-generic", "off"),
    (2.00, "0x2b000639", "6.12.48-amd64", "warn"),
)
BETWEEN_MACHINES, BETWEEN_RUNS = 0.02, 0.01
# Planted in the last kind, where Linux warns: machines whose detection is off.
OFF = 3
SLOW = 1.5
EPOCH = calendar.timegm((2026, 1, 1, 0, 0, 0))
SCALED = ("_ns", "_cycles", "_ticks")


def factor(field, value):
    return f"{float(field) * value:.6g}" if field else field


def scaled(table, name, value):
    """The text of a table whose times are multiplied."""
    rows = list(csv.reader(io.StringIO(table)))
    chosen = [i for i, column in enumerate(rows[0]) if column.endswith(SCALED) and "offset" not in column]
    run = rows[0].index("run") if "run" in rows[0] else None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows[1:]:
        if run is not None:
            row[run] = name
        for column in chosen:
            row[column] = factor(row[column], value)
        writer.writerow(row)
    return out.getvalue()


class Source:
    """A committed run, read once."""

    def __init__(self, folder):
        self.record = json.loads((folder / "run.json").read_text())
        self.package = json.loads((folder / "datapackage.json").read_text())
        self.package["resources"] = [r for r in self.package["resources"] if r["name"] not in RAW]
        self.tables = {
            path.name: path.read_text() for path in sorted(folder.glob("*.csv")) if path.stem not in RAW
        }


def utc(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EPOCH + second))


def write(source, out, kind, machine, boot, number, value, policy, second):
    factor_of_kind, microcode, release, _ = KINDS[kind]
    record = copy.deepcopy(source.record)
    slug = f"synthetic-cpu-{kind + 1}-f{record['machine']['processor']['family']}-m{kind + 1}-s1-kvm"
    started, ended = utc(second), utc(second + 60)
    name = f"{started.replace('-', '').replace(':', '')}-{slug}-synthetic"
    instance = hashlib.sha256(machine.encode()).hexdigest()[:12]
    record.update(
        run=name, label="synthetic",
        started_utc=started, ended_utc=ended,
        host={"group": "", "instance": instance, "instance_source": "machine-id", "boot": boot})
    record["parameters"]["seed"] = number
    processor, linux = record["machine"]["processor"], record["machine"]["linux"]
    processor.update(brand=f"Synthetic CPU {kind + 1}", model=kind + 1, stepping=1)
    linux.update(microcode=microcode, release=release)
    detects = policy == "warn"
    record["machine"]["policy"].update(mode=policy, mitigates=detects, traps_with_ac=detects, traps_with_db=False)
    folder = out / f"{slug}-{instance}" / name
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(record, indent=1))
    (folder / "datapackage.json").write_text(json.dumps({**source.package, "name": name.lower()}, indent=1))
    (folder / "summary.md").write_text(f"# {name}\n\nSynthetic: nobody measured this.\n")
    for file, table in source.tables.items():
        (folder / file).write_text(scaled(table, name, factor_of_kind * value))
    return instance


def make(out, machines=125, runs=4, seed=11):
    """Writes the folders, and says what was planted: instances by what is unusual about them."""
    chance = random.Random(seed)
    # Whoever measures leaves other runs there; beside committed ones lies their machine's comparison.
    sources = [Source(path.parent) for path in sorted(RESULTS.glob("*/*/run.json"))
               if (path.parent.parent / "comparison.md").exists()]
    planted = {"off": [], "slow": [], "clones": []}
    number = 0
    for index in range(machines):
        kind = index % len(KINDS)
        place = index // len(KINDS)
        policy = KINDS[kind][3]
        is_off = kind == len(KINDS) - 1 and place < OFF
        is_slow, is_clone = kind == 1 and place == 0, kind == 2 and place == 0
        value = chance.lognormvariate(0, BETWEEN_MACHINES) * (SLOW if is_slow else 1)
        for run in range(runs):
            # The boots of two clones take turns.
            boot = f"{run % 2 if is_clone else 0:04x}{index:08x}"
            number += 1
            instance = write(
                sources[number % len(sources)], out, kind, f"machine {index} of seed {seed}", boot, number,
                value * chance.lognormvariate(0, BETWEEN_RUNS), "off" if is_off else policy, number * 97)
        for what, holds in (("off", is_off), ("slow", is_slow), ("clones", is_clone)):
            if holds:
                planted[what].append(instance)
    return planted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--machines", type=int, default=125)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=11)
    given = parser.parse_args()
    print(json.dumps(make(given.out, given.machines, given.runs, given.seed)))
