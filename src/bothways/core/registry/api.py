"""Where every room says what it holds about a person, how it erases it, and what it listens to.

Back-arrows of the house run through here: a lower room fires a hook, a higher room registered
a handler. Nothing is imported upwards.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.functional import Promise

from bothways.core.clock.api import now
from bothways.core.departures import api as departures
from bothways.core.identity.api import Acting
from bothways.core.keys import api as keys
from bothways.core.registry.models import Installation, Tombstone
from bothways.core.walls import api as walls

logger = logging.getLogger(__name__)
Words = Promise | str


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the glass box: rows of plain values, and a label in the reader's language for each key."""

    key: str
    title: Words
    labels: dict[str, Words]
    rows: list[dict[str, Any]] = field(default_factory=list)
    # Where each row is a text of the person's own: its id and kind, in the order of the rows.
    own_texts: list[tuple[uuid.UUID, str]] = field(default_factory=list)


Exporter = Callable[[Acting], list[Section]]
Eraser = Callable[[uuid.UUID], None]

_exporters: dict[str, Exporter] = {}
_erasers: dict[str, Eraser] = {}
_handlers: dict[str, dict[str, Callable[..., None]]] = {}


def register(room: str, *, exporter: Exporter, eraser: Eraser) -> None:
    """Every room that holds anything about people registers both, once, in its `apps.py`."""
    _exporters[room] = exporter
    _erasers[room] = eraser


def rooms() -> list[str]:
    """The rooms that hold something about people, lowest first."""
    return list(_exporters)


def everything(who: Acting) -> list[Section]:
    """All that the product can show anyone about me, room by room."""
    return [section for export in _exporters.values() for section in export(who)]


def on(hook: str, room: str, handler: Callable[..., None]) -> None:
    """Let a higher room listen to a lower one. Handlers run in the firing transaction."""
    _handlers.setdefault(hook, {})[room] = handler


def fire(hook: str, **about: Any) -> None:
    """Tell everyone who listens, in the order of the house, inside the caller's transaction."""
    for handler in _handlers.get(hook, {}).values():
        handler(**about)


def erase(person_id: uuid.UUID) -> None:
    """Take a person out of every room, then destroy the key of their texts.

    `mark_leaving` comes before. Rows go in one transaction, highest room first; the key goes right
    after it. If the program dies in between, `finish_erasing` (a job, every minute) destroys the key.
    """
    with walls.leaving(person_id):
        with transaction.atomic():
            for erase_room in reversed(_erasers.values()):
                erase_room(person_id)
        _destroy_key(person_id)


def mark_leaving(person_id: uuid.UUID) -> None:
    """Say, in the caller's transaction, that somebody leaves: in their own session, or by a job that
    removes an account nobody confirmed. From then on they can be erased and can do nothing else."""
    # No look before: a job may add the row and a person may read it, but hardly anybody both.
    Tombstone.objects.bulk_create([Tombstone(person_id=person_id, left_at=now())], ignore_conflicts=True)


def finish_erasing() -> int:
    """Destroy the keys of people whose leaving was interrupted. Returns how many."""
    pending = list(Tombstone.objects.filter(key_destroyed_at=None).values_list("person_id", flat=True))
    for person_id in pending:
        with walls.leaving(person_id):
            _destroy_key(person_id)
    return len(pending)


def erase_departed() -> int:
    """Erase again everybody who left and came back with an older backup. Returns how many.

    Runs before anything is served, and every minute in case a backup was put back under a running server.
    """
    back = departures.still_here()
    for person_id in back:
        mark_leaving(person_id)
        with walls.leaving(person_id), transaction.atomic():
            # Their pairs came back with them, and end for the second time.
            fire("person.leaving", person_id=person_id)
        erase(person_id)
    return len(back)


def _destroy_key(person_id: uuid.UUID) -> None:
    keys.destroy(person_id)
    try:
        departures.note([person_id])
    except OSError as error:
        # The key is gone already; the tombstone stays unfinished, so the job tries again within a minute.
        logger.error("a departure is not in the file yet: %s", type(error).__name__)
        return
    Tombstone.objects.filter(person_id=person_id).update(key_destroyed_at=now())


def is_demo() -> bool:
    """Whether this database was made for the demo."""
    return Installation.objects.filter(id=1, demo=True).exists()


def settle_installation(*, demo: bool) -> bool:
    """Say once what this database is for; afterwards return what it was said to be."""
    row, _ = Installation.objects.get_or_create(id=1, defaults={"demo": demo, "made_at": now()})
    return row.demo
