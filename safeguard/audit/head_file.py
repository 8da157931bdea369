"""The signed heads of the audit's chain, kept outside the database: who wipes the one has not wiped the other.

One JSON line per head, appended and flushed to disk. A line cut off by a crash is passed over. A line with
``restored_to`` says that an operator accepted a restore from a backup: later heads before it no longer count.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

TAIL_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Head:
    """The newest batch at one moment: number, hash and signature in hexadecimal, time in ISO 8601, key's id."""

    batch: int
    hash: str
    at: str
    key: str
    signature: str
    restored_to: bool = False
    reason: str = ""


def append(path: Path, head: Head) -> None:
    """Add ``head`` to the file and wait until the disk has it. Raises OSError when it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(head)).encode() + b"\n"
    with path.open("ab+") as file:
        file.write(line if _ends_cleanly(file.name) else b"\n" + line)
        file.flush()
        os.fsync(file.fileno())


def _ends_cleanly(name: str) -> bool:
    return _tail(Path(name))[-1:] in (b"", b"\n")


def read(path: Path) -> Iterator[Head]:
    """Yield the heads in the order in which they were written; nothing when there is no file."""
    if path.exists():
        with path.open("rb") as file:
            yield from (head for line in file if (head := _parse(line)))


def last(path: Path) -> Head | None:
    """Return the newest head without reading the whole file."""
    heads = [head for line in _tail(path).splitlines() if (head := _parse(line))]
    return heads[-1] if heads else None


def standing(path: Path) -> tuple[dict[int, Head], int]:
    """Return the heads that still count, by batch, and how many an accepted restore has put aside."""
    heads: dict[int, Head] = {}
    put_aside = 0
    for head in read(path):
        if head.restored_to:
            lost = [number for number in heads if number > head.batch]
            put_aside += len(lost)
            heads = {number: kept for number, kept in heads.items() if number not in lost}
        heads[head.batch] = head
    return heads, put_aside


def _tail(path: Path) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        return file.read()


def _parse(line: bytes) -> Head | None:
    try:
        return Head(**json.loads(line))
    except (ValueError, TypeError):
        return None
