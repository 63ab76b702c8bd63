"""Per-person keys: made at first use, kept apart from the data, destroyed on leaving."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connections

from bothways.core.keys.ring import Ring, fresh_key, unwrap, unwrap_one, wrap
from bothways.core.keys.rotation import add_key, drop_older_key, everybody, rewrap_all

__all__ = [
    "add_key",
    "box_for",
    "boxes_for",
    "destroy",
    "destroy_sums_keys_but",
    "drop_older_key",
    "everybody",
    "make_sums_key",
    "noise_key",
    "rewrap_all",
    "sums_key",
]

# The database gives out no more keys than this in one call.
AT_ONCE = 500


def box_for(person_id: uuid.UUID) -> Ring:
    """The box that seals a person's texts; the key is made at first use."""
    found = boxes_for([person_id]).get(person_id)
    if found:
        return found
    _call("SELECT keys_make(%s, %s)", person_id, wrap(fresh_key()))
    # Read again: another request may have made the key first, and its key is the one that counts.
    return boxes_for([person_id])[person_id]


def boxes_for(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Ring]:
    """The boxes that exist for these people; a person who left has none."""
    wanted = list(set(person_ids))
    boxes: dict[uuid.UUID, Ring] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = _call("SELECT person, sealed FROM keys_of(%s)", wanted[start : start + AT_ONCE])
        boxes.update((person, unwrap(bytes(sealed))) for person, sealed in rows)
    return boxes


def destroy(person_id: uuid.UUID) -> None:
    """Make every text of this person unreadable, here and in every backup of the data."""
    _call("SELECT keys_destroy(%s)", person_id)


def noise_key() -> bytes:
    """The key of the noise in published figures: 32 bytes, made at first use. For the job that makes them."""
    found = _call("SELECT keys_noise()")[0][0]
    if found is None:
        _call("SELECT keys_noise_make(%s)", wrap(fresh_key()))
        # Read again: another worker may have made it first.
        found = _call("SELECT keys_noise()")[0][0]
    return unwrap_one(bytes(found))


def make_sums_key(sums_id: uuid.UUID, key: bytes) -> bytes:
    """Keep the key (32 bytes) that opens these sums; what is kept already stays. Returns the one that counts.

    For the job that opens a half-year.
    """
    _call("SELECT keys_sums_make(%s, %s)", sums_id, wrap(key))
    kept = sums_key(sums_id)
    assert kept is not None
    return kept


def sums_key(sums_id: uuid.UUID) -> bytes | None:
    """The key that opens these sums, None when it was destroyed. For the job that publishes figures.

    Raises CryptoError when no master key of this installation opens it.
    """
    found = _call("SELECT keys_sums(%s)", sums_id)[0][0]
    return None if found is None else unwrap_one(bytes(found))


def destroy_sums_keys_but(sums_ids: Iterable[uuid.UUID]) -> None:
    """Destroy every key of sums but those of the given ones. Whatever copies there are, nobody opens them."""
    _call("SELECT keys_sums_keep(%s)", list(sums_ids))


def _call(statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
    """One of the functions that the serving roles may call: they cannot read the table."""
    with connections["keys"].cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())
