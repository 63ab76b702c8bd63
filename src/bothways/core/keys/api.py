"""Per-person keys: made at first use, kept apart from the data, destroyed on leaving."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from nacl import utils
from nacl.secret import SecretBox

from bothways.core.keys.models import PersonKey


def box_for(person_id: uuid.UUID) -> SecretBox:
    """The box that seals a person's texts; the key is made at first use."""
    found = boxes_for([person_id]).get(person_id)
    if found:
        return found
    key = utils.random(SecretBox.KEY_SIZE)
    PersonKey.objects.bulk_create(
        [PersonKey(person_id=person_id, wrapped=bytes(_master().encrypt(key)))], ignore_conflicts=True
    )
    # Read again: another request may have made the key first, and its key is the one that counts.
    return boxes_for([person_id])[person_id]


def boxes_for(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, SecretBox]:
    """The boxes that exist for these people; a person who left has none."""
    rows = PersonKey.objects.filter(person_id__in=set(person_ids))
    master = _master()
    return {row.person_id: SecretBox(master.decrypt(bytes(row.wrapped))) for row in rows}


def destroy(person_id: uuid.UUID) -> None:
    """Make every text of this person unreadable, here and in every backup of the data."""
    PersonKey.objects.filter(person_id=person_id).delete()


def _master() -> SecretBox:
    return SecretBox(settings.MASTER_KEY)
