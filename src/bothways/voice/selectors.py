"""Which questions wait for me. Nobody reads who else was asked, or what anybody answered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from bothways.core.clock.api import now


@dataclass(frozen=True, slots=True)
class Waiting:
    """The questions of a programme that wait for me, until `closes_at`."""

    sums_id: uuid.UUID
    programme_id: uuid.UUID
    closes_at: datetime


def waiting() -> list[Waiting]:
    """What waits for the person inside: as a member of a programme, not answered and not closed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sums, programme, closes FROM voice_waiting(%s) ORDER BY programme", [now()])
        return [Waiting(*row) for row in cursor.fetchall()]


def waiting_in(programme_id: uuid.UUID) -> Waiting | None:
    """What waits in one programme, or None."""
    return next((one for one in waiting() if one.programme_id == programme_id), None)


def mine() -> list[tuple[uuid.UUID, int, int]]:
    """Where the person inside answered or closed the questions: programme, year, half-year."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT programme, year, half FROM voice_mine() ORDER BY year, half, programme")
        return [(programme, year, half) for programme, year, half in cursor.fetchall()]
