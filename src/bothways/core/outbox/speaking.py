"""Words that a text message carries instead of "there is something new" (decision 40): a room has them.

Only where both people said yes to it. `core` knows no messages: a room registers who finds the words of the
notices that are being told. Letters and notices on devices never carry any.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from bothways.core.outbox.delivering import told_by
from bothways.core.outbox.models import Delivery


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a text message says: `words` in the order in which they were written, `more` when other things
    wait beside them. `key` names these words: the same are handed over under the same name."""

    words: tuple[str, ...]
    more: bool
    key: str


# The words of those of these notices (by their keys) that may go to this person's phone, oldest first.
Finder = Callable[[uuid.UUID, list[str]], dict[str, str]]
_finder: list[Finder] = []


def speak(find: Finder) -> None:
    """Register who finds them: `find(person_id, keys)` gives the words by key, in the active language."""
    _finder[:] = [find]


def spoken(person_id: uuid.UUID, delivery_id: uuid.UUID) -> Spoken:
    """What this message to this person may say, of the notices that it is written down to have told."""
    taken = Delivery.objects.filter(id=delivery_id, person_id=person_id).first()
    keys = [row.key for row in told_by(taken)] if taken is not None and _finder else []
    found = _finder[0](person_id, keys) if keys else {}
    if not found:
        return Spoken((), more=True, key=str(delivery_id))
    # With other words it is another message: a gateway that has the first would drop it.
    return Spoken(
        tuple(found.values()), len(found) < len(keys), str(uuid.uuid5(delivery_id, "\n".join(found)))
    )
