"""Who is at work on a round, known to the database as long as their connection lives.

A stage may take longer than any worker can be expected to be silent. So a worker holds a lock of its session:
it is given back when the process ends, however it ends, and a round whose lock is free has no worker.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# A machine that lost its power says nothing. After two minutes without an answer the server closes the
# connection.
PROMPT = """
SELECT set_config('tcp_keepalives_idle', '60', false), set_config('tcp_keepalives_interval', '15', false),
       set_config('tcp_keepalives_count', '4', false)
"""


@contextmanager
def on(round_id: uuid.UUID) -> Iterator[bool]:
    """Be at work on a round inside the block. False when another process is."""
    with connection.cursor() as cursor:
        cursor.execute(PROMPT)
    mine = _ask("pg_try_advisory_lock", round_id)
    try:
        yield mine
    finally:
        if mine:
            _ask("pg_advisory_unlock", round_id)


def is_held(round_id: uuid.UUID) -> bool:
    """Whether another process is at work on it."""
    free = _ask("pg_try_advisory_lock", round_id)
    if free:
        _ask("pg_advisory_unlock", round_id)
    return not free


def _ask(function: str, round_id: uuid.UUID) -> bool:
    number = int.from_bytes(round_id.bytes[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [number])
        return bool(cursor.fetchone()[0])
