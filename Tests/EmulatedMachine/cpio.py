"""Archives of the kind that Linux unpacks as its first file system: cpio, "newc" format, uncompressed."""

import stat
from pathlib import Path

Entry = tuple[int, bytes]


def directory() -> Entry:
    return stat.S_IFDIR | 0o755, b""


def file(content: bytes, executable: bool = False) -> Entry:
    return stat.S_IFREG | (0o755 if executable else 0o644), content


def link(target: str) -> Entry:
    return stat.S_IFLNK | 0o777, target.encode()


def archive(entries: dict[str, Entry]) -> bytes:
    """The archive of these entries, by absolute path; the folders above them are added."""
    complete: dict[str, Entry] = {}
    for path, entry in entries.items():
        for parent in reversed(Path(path).parents[:-1]):
            complete.setdefault(str(parent), directory())
        complete[path] = entry
    records = [_record(number, path, entry) for number, (path, entry) in enumerate(complete.items(), start=1)]
    return b"".join(records) + _record(0, "/TRAILER!!!", (0, b""))


def _record(number: int, path: str, entry: Entry) -> bytes:
    mode, content = entry
    name = path.lstrip("/").encode() + b"\0"
    # inode, mode, owner, group, links, time, size, device (2), special device (2), length of name, checksum
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + name) + _padded(content)


def _padded(part: bytes) -> bytes:
    return part + b"\0" * (-len(part) % 4)
