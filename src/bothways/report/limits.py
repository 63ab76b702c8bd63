"""How often one network may try. What is counted is forgotten within minutes."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from bothways.core.clock.api import now

MINUTES = 10
MOST_TRIES = 10
_PERIOD = MINUTES * 60


def allowed(network: str) -> bool:
    """Count one try of this network; False when these ten minutes have had enough of them."""
    period = int(now().timestamp()) // _PERIOD
    # The period is part of the hash: nobody can follow a network from one to the next.
    mark = salted_hmac("bothways.report.try", f"{period} {network}", algorithm="sha256").hexdigest()[:32]
    until = datetime.fromtimestamp((period + 1) * _PERIOD, UTC)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT report_try(%s, %s, %s)", [mark, until, now()])
        (tries,) = cursor.fetchone()
    return bool(tries <= MOST_TRIES)


def forget() -> None:
    """Drop what was counted in earlier periods."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT report_forget(%s)", [now()])
