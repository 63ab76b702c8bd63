"""Per-person keys: made at first use, kept apart from the data, destroyed on leaving."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from bothways.core.keys.models import PersonKey
from bothways.core.keys.ring import Ring, fresh_key, unwrap, wrap
from bothways.core.keys.rotation import add_key, drop_older_key, everybody, rewrap_all

__all__ = [
    "add_key",
    "box_for",
    "boxes_for",
    "destroy",
    "drop_older_key",
    "everybody",
    "rewrap_all",
]


def box_for(person_id: uuid.UUID) -> Ring:
    """The box that seals a person's texts; the key is made at first use."""
    found = boxes_for([person_id]).get(person_id)
    if found:
        return found
    PersonKey.objects.bulk_create(
        [PersonKey(person_id=person_id, wrapped=wrap(fresh_key()))], ignore_conflicts=True
    )
    # Read again: another request may have made the key first, and its key is the one that counts.
    return boxes_for([person_id])[person_id]


def boxes_for(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Ring]:
    """The boxes that exist for these people; a person who left has none."""
    rows = PersonKey.objects.filter(person_id__in=set(person_ids))
    return {row.person_id: unwrap(bytes(row.wrapped)) for row in rows}


def destroy(person_id: uuid.UUID) -> None:
    """Make every text of this person unreadable, here and in every backup of the data."""
    PersonKey.objects.filter(person_id=person_id).delete()
