"""Whether anything changed since the last good start. If not, nothing is to prepare: the start is short.

Only for the embedded server: its data lies beside the mark, so the one cannot be exchanged without the other.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1]


def _files() -> Iterator[Path]:
    """The program itself, and the file that changes with every other version of a library."""
    for folder, below, names in os.walk(PROGRAM):
        below[:] = [name for name in below if name not in ("__pycache__", "tests")]
        yield from (Path(folder, name) for name in names)
    yield from Path(sys.prefix).glob(".bothways")


def fingerprint(var: Path) -> str:
    """Of the program, the libraries, the settings and the identity of the data, not what it holds."""
    digest = hashlib.sha256()
    for path in sorted([*_files(), var / "pg" / "PG_VERSION"]):
        found = path.stat()
        digest.update(f"{path} {found.st_size} {found.st_mtime_ns} {found.st_ino}\n".encode())
    for name in sorted(os.environ):
        # Hashed together with all the rest, a secret stays one. The address of the site spoils nothing.
        if name.startswith("BOTHWAYS_") and name != "BOTHWAYS_SITE_URL":
            digest.update(f"{name}={os.environ[name]}\n".encode())
    return digest.hexdigest()


def _mark(var: Path) -> Path:
    return var / "prepared"


def same_as_before(var: Path, now: str) -> bool:
    static = Path(os.environ.get("BOTHWAYS_STATIC_ROOT") or var / "static")
    mark = _mark(var)
    return mark.exists() and static.is_dir() and mark.read_text() == now


def remember(var: Path, now: str) -> None:
    _mark(var).write_text(now)


def forget(var: Path) -> None:
    """After a start that failed, the next one looks at everything again."""
    _mark(var).unlink(missing_ok=True)
