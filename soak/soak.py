"""Many runs with random options and random signals, here and in the emulated machine, and the fuzzers: no crash, no hang, every
folder valid or marked incomplete, every setting restored. Writes a report; exit code 1 if there is a fault.
"""

import argparse
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fuzzers
import grammar
import native
import report

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=HERE.parent / ".build/release/splitbench")
    parser.add_argument("--native", type=int, default=200, help="runs on this machine (%(default)s)")
    parser.add_argument("--emulated", type=int, default=50, help="runs in the emulated machine (%(default)s)")
    parser.add_argument("--fuzz", type=int, default=600, help="seconds for each fuzzer; 0: none (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.getrandbits(32), help="of all that is random here")
    parser.add_argument("--report", type=Path, default=HERE / "report.md")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)

    # Each run has a generator of its own, so that --native does not change what is done in the emulated machine.
    def generator(what: str, number: int) -> random.Random:
        return random.Random(f"{arguments.seed} {what} {number}")

    here, there, fuzzed = native.Tally(), native.Tally(), []
    version = subprocess.run([arguments.binary, "--version"], capture_output=True, text=True).stdout.strip()

    # After every part: hours of work must not be lost to the last one.
    def write() -> None:
        arguments.report.write_text(report.text(
            arguments.seed, version, (arguments.native, here), (arguments.emulated, there), fuzzed))

    words = grammar.Words.of(arguments.binary, len(os.sched_getaffinity(0)))
    for number in range(arguments.native):
        native.run(arguments.binary, words, generator("native", number), here)
        progress("here", number + 1, arguments.native, here)
    write()
    if arguments.emulated:
        # Its machine is made, or fetched, when it is first asked for.
        os.environ["SPLITBENCH_BINARY"] = str(arguments.binary.resolve())
        import emulated
        for number in range(0, arguments.emulated, emulated.RUNS_A_BOOT):
            runs = min(emulated.RUNS_A_BOOT, arguments.emulated - number)
            emulated.boot(generator("emulated", number), runs, there)
            progress("emulated", number + runs, arguments.emulated, there)
            write()
    if arguments.fuzz:
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as cpus:
            for one in cpus.map(lambda name: fuzzers.fuzz(name, arguments.fuzz), fuzzers.parsers()):
                fuzzed.append(one)
                write()
    return 1 if here.faults or there.faults or any(one.fault for one in fuzzed) else 0


def progress(where: str, done: int, of: int, tally: native.Tally) -> None:
    if done % 10 == 0 or done == of:
        print(f"{where}: {done} of {of}, {len(tally.faults)} faults", flush=True)


if __name__ == "__main__":
    sys.exit(main())
