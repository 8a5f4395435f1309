"""Puts our files and lines into an unpacked QEMU source tree, as often as they change."""

from pathlib import Path

from command import CannotRun
from cpu.insertions import FILES, INSERTIONS

OURS = Path(__file__).parent


def insert(source: Path, originals: Path) -> None:
    """Writes only what changed, so that a build recompiles no more; `originals` keeps QEMU's files."""
    kept = [file for file in originals.rglob("*") if file.is_file()]
    texts = {str(file.relative_to(originals)): file.read_text() for file in kept}
    for file, where, anchor, text in INSERTIONS:
        if file not in texts:
            texts[file] = _keep(source / file, originals / file)
        found = texts[file].count(anchor)
        if found != 1:
            raise CannotRun(f"QEMU's {file} has the anchor {anchor!r} {found} times, not once")
        new = {"before": text + anchor, "after": anchor + text, "instead of": text}[where]
        texts[file] = texts[file].replace(anchor, new)
    for name, folder in FILES.items():
        texts[f"{folder}/{name}"] = (OURS / name).read_text()
    for file, text in texts.items():
        path = source / file
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def _keep(file: Path, original: Path) -> str:
    try:
        text = file.read_text()
    except FileNotFoundError:
        raise CannotRun(f"QEMU's source has no {file.name} where an insertion wants it: {file}") from None
    original.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: a half-written original would be taken for QEMU's.
    partial = original.with_name(original.name + ".partial")
    partial.write_text(text)
    partial.rename(original)
    return text
