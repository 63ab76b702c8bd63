"""Sealing a person's texts anew under a fresh key, as after a suspected leak.

1. The person gets a second key (keys' database, committed). From now on it seals; both open.
2. Under a lock that every writer of this person's texts shares, all texts are sealed anew (one transaction).
3. The older key is destroyed.
Killed at any point, everything can still be read, and doing it again goes on where it stopped.
"""

from __future__ import annotations

import logging
import time
import uuid

from django.db import OperationalError, connection, transaction
from nacl.exceptions import CryptoError

from bothways.core.keys import api as keys
from bothways.core.texts.models import Text

logger = logging.getLogger(__name__)
TRIES = 20


def reseal(*, person_id: uuid.UUID) -> bool:
    """Do it for one person. False when they have no key: they left. For the owner of the tables only.

    Backups of the data from before cannot be read any more with the keys of afterwards.
    """
    if not keys.add_key(person_id):
        return False
    for attempt in range(TRIES):
        try:
            _seal_all(person_id)
            break
        except OperationalError:
            # A writer waits for a row of ours while we wait for its lock: let it pass and begin again.
            if attempt == TRIES - 1:
                raise
            time.sleep(0.1)
    keys.drop_older_key(person_id)
    return True


def hold_texts_of(person_id: uuid.UUID) -> None:
    """For a writer: until the end of the transaction no text of this person is sealed anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_lock_of(person_id)])


def _seal_all(person_id: uuid.UUID) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Shorter than the server's search for deadlocks, so that it is never the writer who is refused.
            cursor.execute("SET LOCAL lock_timeout = '500ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_of(person_id)])
        ring = keys.boxes_for([person_id]).get(person_id)
        if ring is None:
            return
        for text in Text.objects.select_for_update().filter(owner_id=person_id).order_by("id"):
            sealed = bytes(text.sealed)
            if ring.newest_opens(sealed):
                continue
            try:
                text.sealed = ring.encrypt(ring.decrypt(sealed))
            except CryptoError:
                logger.warning("a text opens with no key of its writer and stays as it is")
                continue
            text.save(update_fields=["sealed"])


def _lock_of(person_id: uuid.UUID) -> int:
    return int.from_bytes(person_id.bytes[:8], signed=True)
