"""Notices: written in the transaction that causes them, and told by `delivering` as their person wants it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.utils.functional import Promise

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.core.outbox.delivering import (
    BOTH,
    CALENDAR,
    DEVICE,
    LETTER,
    TEXT,
    HowToReach,
    Outcome,
    clear,
    deliver,
    reach_with,
)
from bothways.core.outbox.holding import WaitsAt, held, hold
from bothways.core.outbox.manners import DAILY, SOON, WEEKLY, Manners, in_quiet_hours
from bothways.core.outbox.models import UNTOLD, Delivery, Notice
from bothways.core.outbox.singly import Enclosed, clear_singly, deliver_singly, enclose, enclosed
from bothways.core.outbox.speaking import Spoken, speak, spoken

__all__ = [
    "BOTH",
    "CALENDAR",
    "DAILY",
    "DEVICE",
    "LETTER",
    "SOON",
    "TEXT",
    "WEEKLY",
    "Enclosed",
    "HowToReach",
    "Manners",
    "Outcome",
    "Spoken",
    "clear",
    "clear_singly",
    "consider_anew",
    "declare",
    "deliver",
    "deliver_singly",
    "enclose",
    "enclosed",
    "forget",
    "in_quiet_hours",
    "kinds",
    "news",
    "reach_with",
    "seen",
    "speak",
    "spoken",
    "take_back",
    "tell",
    "tell_all",
    "words_for",
]

_words: dict[str, Promise | str] = {}
_good_for: dict[str, timedelta] = {}


def declare(
    kind: str, words: Promise | str, *, good_for: timedelta | None = None, waits_at: WaitsAt | None = None
) -> None:
    """Name a kind of notice and the sentence that the product shows for it. `good_for`: after that time the
    sentence is not true any more, and the notice is no news. `waits_at(person_id)`: the paths at which what
    the sentence says still waits for somebody; a notice that leads elsewhere is neither shown nor sent."""
    _words[kind] = words
    if waits_at is not None:
        hold(kind, waits_at)
    if good_for is not None:
        _good_for[kind] = good_for


def words_for(kind: str) -> Promise | str:
    """The sentence for a kind of notice."""
    return _words[kind]


def kinds() -> dict[str, Promise | str]:
    """All declared kinds of notice with their sentences."""
    return dict(_words)


def tell(person_id: uuid.UUID, kind: str, *, path: str, key: str) -> None:
    """Leave a notice in the caller's transaction. Telling the same `key` again does nothing."""
    tell_all(kind, [(person_id, path)], key=key)


def tell_all(kind: str, paths: Iterable[tuple[uuid.UUID, str]], *, key: str) -> None:
    """Leave one notice for each (person, path) in the caller's transaction, all for one occasion `key`."""
    if kind not in _words:
        raise ValueError(f"notice kind {kind!r} is not declared")
    moment = now()
    Notice.objects.bulk_create(
        [
            Notice(person_id=person_id, kind=kind, path=path, key=key, created_at=moment)
            for person_id, path in paths
        ],
        ignore_conflicts=True,
        batch_size=2000,
    )


def news(who: Acting, limit: int = 20) -> list[Notice]:
    """What I have not looked at yet, newest first; what leads to one place in one sentence is there once."""
    unseen = Notice.objects.filter(person_id=who.person_id, object_id=None, seen_at=None)
    for kind, time in _good_for.items():
        unseen = unseen.exclude(kind=kind, created_at__lt=now() - time)
    each = held(unseen.order_by("kind", "path", "-created_at").distinct("kind", "path"))
    return sorted(each, key=lambda notice: notice.created_at, reverse=True)[:limit]


def seen(who: Acting, *, path: str) -> None:
    """I have opened this place. No message is sent about it any more."""
    mine = Notice.objects.filter(person_id=who.person_id, object_id=None)
    mine.filter(path=path, seen_at=None).update(seen_at=now())


def take_back(who: Acting, *, kinds: Iterable[str]) -> None:
    """What waits for me of these kinds is not told any more."""
    Notice.objects.filter(person_id=who.person_id, kind__in=list(kinds), sent_at=None).delete()


def consider_anew(who: Acting) -> None:
    """I want to be told in another way: what waits for me is looked at again within a minute."""
    Notice.objects.filter(UNTOLD, person_id=who.person_id).exclude(due_at=None).update(due_at=None)


def forget(person_id: uuid.UUID) -> None:
    """Drop everything that waits for or went to a person."""
    Notice.objects.filter(person_id=person_id).delete()
    Delivery.objects.filter(person_id=person_id).delete()
