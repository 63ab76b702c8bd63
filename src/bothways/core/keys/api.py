"""Per-person keys: made at first use, kept apart from the data, destroyed on leaving."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import connections
from nacl import utils
from nacl.secret import SecretBox

# The database gives out no more keys than this in one call.
AT_ONCE = 500


def box_for(person_id: uuid.UUID) -> SecretBox:
    """The box that seals a person's texts; the key is made at first use."""
    found = boxes_for([person_id]).get(person_id)
    if found:
        return found
    key = utils.random(SecretBox.KEY_SIZE)
    _call("SELECT keys_make(%s, %s)", person_id, bytes(_master().encrypt(key)))
    # Read again: another request may have made the key first, and its key is the one that counts.
    return boxes_for([person_id])[person_id]


def boxes_for(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, SecretBox]:
    """The boxes that exist for these people; a person who left has none."""
    wanted = list(set(person_ids))
    master = _master()
    boxes: dict[uuid.UUID, SecretBox] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = _call("SELECT person, sealed FROM keys_of(%s)", wanted[start : start + AT_ONCE])
        boxes.update((person, SecretBox(master.decrypt(bytes(sealed)))) for person, sealed in rows)
    return boxes


def destroy(person_id: uuid.UUID) -> None:
    """Make every text of this person unreadable, here and in every backup of the data."""
    _call("SELECT keys_destroy(%s)", person_id)


def _call(statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """One of the functions that the serving roles may call: they cannot read the table."""
    with connections["keys"].cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())


def _master() -> SecretBox:
    return SecretBox(settings.MASTER_KEY)
