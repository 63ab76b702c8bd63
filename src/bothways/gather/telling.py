"""What jobs do about gatherings: tell those who come, and keep about how many are expected.

Who comes is read here and by nobody in a session: a coordinator's change leaves a mark, and a job tells.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.outbox.api import tell_all
from bothways.gather.models import Gathering, Guest

EXPECTED_BEFORE = timedelta(days=2)
# About how many come is told in fives from here on; below, no number would hide everybody well enough.
FEWER_THAN = 25


def tell_changes() -> int:
    """Tell those who come that a gathering was moved or called off. Again does nothing. Returns how many
    gatherings it was about."""
    ids = list(Gathering.objects.filter(untold=True).order_by("id").values_list("id", flat=True))
    for gathering_id in ids:
        with transaction.atomic():
            one = _held(gathering_id)
            if one is not None and one.untold:
                kind = "gathering.cancelled" if one.is_cancelled else "gathering.changed"
                _tell(kind, one)
                one.untold = False
                one.save(update_fields=["untold"])
    return len(ids)


def remind() -> int:
    """Tell those who come that it is near, once, on the day before. Returns how many gatherings are near."""
    due = Gathering.objects.filter(remind_at__lte=now()).order_by("id")
    ids = list(due.values_list("id", flat=True))
    for gathering_id in ids:
        with transaction.atomic():
            one = _held(gathering_id)
            if one is not None and one.remind_at is not None and one.remind_at <= now():
                if not one.is_cancelled:
                    _tell("gathering.near", one)
                one.remind_at = None
                one.save(update_fields=["remind_at"])
    return len(ids)


def due_for_expected() -> list[Gathering]:
    """For jobs: gatherings that begin within two days and have no number yet, the nearest first."""
    until = now() + EXPECTED_BEFORE
    rows = Gathering.objects.filter(
        expected_at=None, cancelled_at=None, starts_at__gt=now(), starts_at__lte=until
    )
    return list(rows.select_related("programme").order_by("starts_at", "id"))


def count_held(programme_id: uuid.UUID, start: datetime, end: datetime) -> int:
    """For jobs: how many gatherings began in [start, end) and were not called off."""
    rows = Gathering.objects.filter(programme_id=programme_id, cancelled_at=None)
    return rows.filter(starts_at__gte=start, starts_at__lt=end).count()


def count_coming(gathering_id: uuid.UUID) -> int:
    """For jobs: how many say at this moment that they come. Never shown as it is (charter 6)."""
    return Guest.objects.filter(gathering_id=gathering_id, coming=True).count()


def set_expected(gathering_id: uuid.UUID, number: int | None) -> bool:
    """For jobs: keep about how many come, or None for few. Written once; whether it was this time."""
    rows = Gathering.objects.filter(id=gathering_id, expected_at=None, cancelled_at=None)
    return bool(rows.update(expected=number, expected_at=now()))


def _held(gathering_id: uuid.UUID) -> Gathering | None:
    rows = Gathering.objects.select_for_update(no_key=True, skip_locked=True)
    return rows.filter(id=gathering_id).first()


def _tell(kind: str, one: Gathering) -> None:
    if one.has_begun:
        return
    coming = Guest.objects.filter(gathering=one, coming=True).values_list("person_id", flat=True)
    path = reverse("gathering", args=[one.id])
    tell_all(kind, [(person_id, path) for person_id in coming], key=f"{kind}:{one.id}:{one.sequence}")
