"""One-time codes as the database gives them out: by their hash, one by one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from bothways.core.clock.api import now
from bothways.programme import codes


@dataclass(frozen=True, slots=True)
class Found:
    """A code that was made. Without a programme it sets one up; with one it invites a coordinator."""

    programme_id: uuid.UUID | None
    used_at: datetime | None
    expires_at: datetime

    @property
    def is_too_old(self) -> bool:
        return self.expires_at <= now()


def find(code: str, *, hold: bool = False) -> Found | None:
    """The invitation behind a code; with `hold` nobody else spends it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM programme_code(%s, %s)", [codes.hash_of(code), hold])
        row = cursor.fetchone()
    return Found(*row) if row else None


def spend(code: str, programme_id: uuid.UUID) -> bool:
    """Spend a code for a programme: in this transaction, and in no other, a role may be taken up there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT programme_spend(%s, %s, %s)", [codes.hash_of(code), programme_id, now()])
        return bool(cursor.fetchone()[0])
