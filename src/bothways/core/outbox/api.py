"""Notices: written in the transaction that causes them, delivered by a job within a weekly budget."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.identity.api import Acting
from bothways.core.outbox.models import Notice

WEEK = timedelta(days=7)
_words: dict[str, Promise | str] = {}
_mailers: list[Callable[[uuid.UUID], bool]] = []


def declare(kind: str, words: Promise | str) -> None:
    """Name a kind of notice and the sentence that the product shows for it."""
    _words[kind] = words


def words_for(kind: str) -> Promise | str:
    """The sentence for a kind of notice."""
    return _words[kind]


def kinds() -> dict[str, Promise | str]:
    """All declared kinds of notice with their sentences."""
    return dict(_words)


def deliver_with(mailer: Callable[[uuid.UUID], bool]) -> None:
    """Register who can reach a person: `mailer(person_id)` sends the contentless letter, True if it went."""
    _mailers[:] = [mailer]


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
    unseen = Notice.objects.filter(person_id=who.person_id, seen_at=None)
    each = unseen.order_by("kind", "path", "-created_at").distinct("kind", "path")
    return sorted(each, key=lambda notice: notice.created_at, reverse=True)[:limit]


def seen(who: Acting, *, path: str) -> None:
    """I have opened this place."""
    Notice.objects.filter(person_id=who.person_id, path=path, seen_at=None).update(seen_at=now())


def deliver(limit: int = 500) -> int:
    """Send what waits: one letter per person however many notices wait, within the weekly budget.

    A person over budget gets no letter; the notices stay on their home page. Returns letters sent.
    """
    waiting = (
        Notice.objects.filter(sent_at=None, created_at__gt=now() - WEEK)
        .values_list("person_id", flat=True)
        .distinct()[:limit]
    )
    return sum(_deliver_to(person_id) for person_id in list(waiting))


def _deliver_to(person_id: uuid.UUID) -> bool:
    with transaction.atomic():
        rows = list(
            Notice.objects.select_for_update(skip_locked=True).filter(person_id=person_id, sent_at=None)
        )
        if not rows or letters_this_week(person_id) >= settings.NOTICES_PER_WEEK:
            return False
        if all(row.seen_at for row in rows) or not _mailers or not _mailers[0](person_id):
            return False
        Notice.objects.filter(id__in=[row.id for row in rows]).update(sent_at=now())
        record("notice.sent", person_id=person_id, object_id=rows[0].id)
        return True


def letters_this_week(person_id: uuid.UUID) -> int:
    """How many letters went to a person in the last seven days."""
    sent = Notice.objects.filter(person_id=person_id, sent_at__gt=now() - WEEK)
    return sent.values("sent_at").distinct().count()


def forget(person_id: uuid.UUID) -> None:
    """Drop everything that waits for or went to a person."""
    Notice.objects.filter(person_id=person_id).delete()
