"""libFuzzer on every parser for some time each."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

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


def fuzz(parser: str, seconds: int) -> Fuzzed:
    found = BUILT / "found" / parser
    found.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [BUILT / f"release/Fuzz{parser}", f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10",
         "-print_final_stats=1", f"-artifact_prefix={BUILT}/{parser}-", found, REPOSITORY / "fuzz/Corpus" / parser],
        capture_output=True, text=True, errors="replace")
    inputs = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    coverage = re.findall(r"\bcov: (\d+)", done.stderr)
    return Fuzzed(
        parser, seconds, int(inputs.group(1)) if inputs else 0, int(coverage[-1]) if coverage else 0,
        done.stderr[-500:] if done.returncode else None)
