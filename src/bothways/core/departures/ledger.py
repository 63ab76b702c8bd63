"""The file of departures: random ids of people who left, each with its day, only ever added to.

It lies apart from both databases, so that restoring both from old backups still erases again. Once a
person's rows are gone the id means nothing to anybody. Knows no Django: the supervisor reads it too.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterable
from datetime import date
from pathlib import Path


def read(path: Path) -> set[uuid.UUID]:
    """Everybody in the file. A line that a power cut left unfinished says nothing and is passed over."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return set()
    return {found for line in lines if (found := _person(line)) is not None}


def add(path: Path, person_ids: Iterable[uuid.UUID], *, day: date) -> None:
    """Add those who are not in the file, and return only when they are on the disk. Raises OSError."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        known = read(path) if len(wanted) > 1 else set()
        lines = "".join(f"{person_id} {day}\n" for person_id in wanted if person_id not in known)
        _append(handle, lines)
    finally:
        os.close(handle)
    _settle(path.parent)


def _append(handle: int, lines: str) -> None:
    size = os.fstat(handle).st_size
    # After a half-written line a new one must not become a part of it.
    torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
    data = ("\n" * torn + lines).encode()
    if data and os.write(handle, data) != len(data):
        raise OSError("a departure was written in part only")
    os.fsync(handle)


def _settle(folder: Path) -> None:
    """A new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _person(line: str) -> uuid.UUID | None:
    first, _, rest = line.partition(" ")
    try:
        return uuid.UUID(first) if rest and len(first) == 36 else None
    except ValueError:
        return None
