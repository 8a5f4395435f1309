"""libFuzzer on every parser, or on one, for some time each: fuzzers.py SECONDS [PARSER]"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

REPOSITORY = Path(__file__).resolve().parent.parent
BUILT = REPOSITORY / ".build/fuzz"


@dataclass(frozen=True)
class Fuzzed:
    parser: str
    seconds: int
    inputs: int
    coverage: int
    fault: str | None


def parsers() -> list[str]:
    return sorted(folder.name for folder in (REPOSITORY / "fuzz/Corpus").iterdir())


def command(parser: str, seconds: int) -> list[str | Path]:
    """From the inputs in fuzz/Corpus and those that were found before, to which it adds."""
    found = BUILT / "found" / parser
    found.mkdir(parents=True, exist_ok=True)
    return [BUILT / f"release/Fuzz{parser}", f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10",
            "-print_final_stats=1", f"-artifact_prefix={BUILT}/{parser}-", found, REPOSITORY / "fuzz/Corpus" / parser]


def fuzz(parser: str, seconds: int) -> Fuzzed:
    # Not a pipe: what names a crash's functions outlives the crash, and would hold its end.
    with TemporaryFile() as file:
        code = subprocess.run(command(parser, seconds), stdout=subprocess.DEVNULL, stderr=file).returncode
        file.seek(0)
        said = file.read().decode(errors="replace")
    inputs = re.search(r"number_of_executed_units:\s*(\d+)", said)
    coverage = re.findall(r"\bcov: (\d+)", said)
    return Fuzzed(
        parser, seconds, int(inputs.group(1)) if inputs else 0, int(coverage[-1]) if coverage else 0,
        said[-500:] if code else None)


def main(seconds: int, chosen: list[str]) -> int:
    """Until one finds something; their words are shown."""
    return next((code for parser in chosen or parsers() if (code := subprocess.run(command(parser, seconds)).returncode)), 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
