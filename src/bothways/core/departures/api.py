"""Who left, known in three places that are lost and restored apart, and who of them is still here.

The tombstones beside the data, the departures beside the keys, and the file. Each gets a person only after
their rows are erased and their key is destroyed. So a row or a key of anybody in any of them means one thing:
an older backup was put back, and the person is to be erased again before anything is served.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction

from bothways.core.clock.api import today
from bothways.core.departures import ledger, questions


def note(person_ids: Iterable[uuid.UUID]) -> None:
    """Write them into the file. Raises OSError when the disk does not take it."""
    ledger.add(_file(), person_ids, day=today())


def known() -> set[uuid.UUID]:
    """Everybody who is known to have left, from all three places."""
    with connections["default"].cursor() as data, connections["keys"].cursor() as keys:
        return questions.known(data, keys) | ledger.read(_file())


def still_here() -> set[uuid.UUID]:
    """Those who left and have a row or a key all the same, or are missing among the tombstones."""
    with connections["default"].cursor() as data, connections["keys"].cursor() as keys:
        return questions.still_here(data, keys, ledger.read(_file()))


def remember_everywhere(others: Iterable[uuid.UUID] = ()) -> None:
    """Bring the file and the keys' database up to what is known. For the owner of the tables only."""
    everybody = known() | set(others)
    with transaction.atomic(using="keys"), connections["keys"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_departed (person_id, left_on) SELECT unnest(%s::uuid[]), %s"
            " ON CONFLICT DO NOTHING",
            [sorted(everybody), today()],
        )
    note(everybody - ledger.read(_file()))


def _file() -> Path:
    return Path(settings.DEPARTURES)
