"""Limits that hold: the database adds one and says the sum in the same breath.

A counter that is read, raised and written back loses counts when requests come at once, which is just
what somebody who guesses codes would do.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum

from django.db import connection
from django.utils.crypto import salted_hmac

from bothways.core.clock.api import now
from bothways.people.models import Tally

# Longer than any span, and long enough that a clock which is a day ahead clears no span of today.
KEPT = timedelta(days=3)
_SALT = "bothways.people.tallies"


class Limit(Enum):
    """How often something may be done in a span: the number, and the span in seconds."""

    # Codes asked for, by sign-in and sign-up together.
    ASKED_FOR_ADDRESS = (6, 900)
    ASKED_IN_NETWORK = (90, 900)
    # Codes tried. Who looks for a letter in two browsers comes to half of it; who guesses would need
    # a million years. A network may be a whole house of people.
    TRIED_FOR_ADDRESS = (12, 3600)
    TRIED_IN_NETWORK = (300, 3600)
    # Codes to confirm a phone number with, and answers to what a phone sends. Two machines that answer each
    # other stop after a few.
    CODES_TO_NUMBER = (4, 86400)
    CODES_BY_PERSON = (6, 86400)
    CODES_TO_PHONES_IN_NETWORK = (40, 86400)
    ANSWERS_TO_NUMBER = (12, 86400)
    ASKS_BY_PERSON = (10, 86400)
    TRIED_BY_TEXT = (20, 86400)
    # Answers that one calendar sends about one meeting or one series.
    ANSWERS_BY_MAIL = (30, 86400)

    @property
    def most(self) -> int:
        return self.value[0]

    @property
    def seconds(self) -> int:
        return self.value[1]


def allows(limit: Limit, key: str) -> bool:
    """Count one more for `key` (a stored address, the hash of a network); whether it is within the limit."""
    return add(_what(limit, key), _start(limit, now())) <= limit.most


def add(what: bytes, starts_at: datetime) -> int:
    """Add one and return the sum, however many do it at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_tally (what, starts_at, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (what, starts_at) DO UPDATE SET count = people_tally.count + 1 RETURNING count",
            [what, starts_at],
        )
        (count,) = cursor.fetchone()
    return int(count)


def clear() -> int:
    """Delete the counts of spans that are long over. Returns how many."""
    return Tally.objects.filter(starts_at__lt=now() - KEPT).delete()[0]


def _what(limit: Limit, key: str) -> bytes:
    return salted_hmac(_SALT, f"{limit.name}:{key}", algorithm="sha256").digest()


def _start(limit: Limit, moment: datetime) -> datetime:
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % limit.seconds, UTC)
