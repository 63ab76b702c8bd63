"""A copy of each release outside of the databases, as `PROGRAMME/2026-quarter-3.json`.

What is out is out: readers have it. When an older backup is put back, the releases made since are missing in
it; made anew from fewer rows they would come out otherwise, and the difference of the two would tell what the
noise hides. So a release is written here before it is published, and taken from here when it is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from pathlib import Path

from django.conf import settings

from bothways.insight.periods import Period


class Spoiled(Exception):
    """A copy is not what was written."""


def take(programme_id: uuid.UUID, period: Period) -> str | None:
    """The body of a release that was published before, or None. Raises Spoiled."""
    try:
        held = json.loads(_path(programme_id, period).read_text())
        body, mark = str(held["body"]), str(held["mark"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise Spoiled(f"the copy of {period} cannot be read") from error
    if mark != _mark(programme_id, period, body):
        raise Spoiled(f"the copy of {period} was changed")
    return body


def put(programme_id: uuid.UUID, period: Period, body: str) -> None:
    """Write a copy; it is on the disk, and whole, when this returns. Raises OSError."""
    path = _path(programme_id, period)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("w") as file:
        json.dump({"body": body, "mark": _mark(programme_id, period, body)}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _path(programme_id: uuid.UUID, period: Period) -> Path:
    name = f"{period.year:04}-{period.kind}-{period.number:02}.json"
    return Path(settings.PUBLISHED) / str(programme_id) / name


def _mark(programme_id: uuid.UUID, period: Period, body: str) -> str:
    # Against a bad disk, not against the operator; and no key, because a copy may have to outlive all keys.
    what = f"{programme_id}/{period.kind}/{period.year}/{period.number}/{body}"
    return hashlib.blake2b(what.encode(), digest_size=16, person=b"bothways.kept").hexdigest()
