"""Which notices still say what is true: a rule of the room that a kind of notice is about, asked on reading.

Nothing is written when the thing that a notice is about goes away. So nothing of a notice tells when it went,
or why.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from bothways.core.outbox.models import Notice

# The paths at which something still waits for a person.
WaitsAt = Callable[[uuid.UUID], set[str]]

_waits_at: dict[str, WaitsAt] = {}


def hold(kind: str, waits_at: WaitsAt) -> None:
    """A notice of this kind is true only while it leads to one of these paths."""
    _waits_at[kind] = waits_at


def held(notices: Iterable[Notice]) -> list[Notice]:
    """Those of one person's notices that are still true, in the same order."""
    rows = list(notices)
    paths = {
        (kind, person_id): _waits_at[kind](person_id)
        for kind, person_id in {(row.kind, row.person_id) for row in rows}
        if kind in _waits_at
    }
    return [row for row in rows if row.kind not in _waits_at or row.path in paths[row.kind, row.person_id]]
