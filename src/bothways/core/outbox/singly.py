"""Letters about one thing, each by itself: invitations for calendars. Asked for, collapsed, counted.

They go through the same door as every message (`delivering`): a notice that waits, a row of `Delivery` before
it goes, held for a while by whoever sends. They do not take from the week's budget of messages without
content, and have one of their own. What is in them is put together when they go, so that changes that come
quickly are one letter with the last of them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.outbox.delivering import (
    FAULTS_IN_A_ROW,
    LEASE,
    LOOK_AGAIN,
    TOO_OLD,
    TRY_AGAIN,
    WEEK,
    Outcome,
    reach,
)
from bothways.core.outbox.manners import Manners
from bothways.core.outbox.models import UNTOLD, Delivery, Notice

# Changes within so long are one letter.
SETTLES = timedelta(minutes=10)
# The most letters of this kind to one person in seven days. What is over waits.
MOST_A_WEEK = 14


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What such a letter carries: a calendar object with its method, and the address that answers go to.

    `went` is called when the letter has gone: until then it is as if it had never been put together.
    """

    method: str
    content: bytes
    sender: str
    went: Callable[[], object]


Builder = Callable[[uuid.UUID, uuid.UUID, str], Enclosed | None]
_builder: list[Builder] = []


def enclose(build: Builder) -> None:
    """Register who puts them together: `build(person_id, object_id, address)`, None for nothing to say."""
    _builder[:] = [build]


def enclosed(person_id: uuid.UUID, object_id: uuid.UUID, address: str) -> Enclosed | None:
    """What a letter to this person about this thing carries now. `address` is the person's own."""
    return _builder[0](person_id, object_id, address) if _builder else None


def deliver_singly(limit: int = 200) -> int:
    """Send the letters about one thing that are due. Returns how many went."""
    if not reach():
        return 0
    waiting = _waiting(limit)
    manners = reach()[0].manners_with({person_id for person_id, _ in waiting}) if waiting else {}
    went = faults = 0
    for person_id, object_id in waiting:
        outcome = _tell(person_id, object_id, manners.get(person_id))
        went += outcome is Outcome.BY_CALENDAR
        faults = faults + 1 if outcome is Outcome.LATER else 0
        if faults == FAULTS_IN_A_ROW:
            break
    return went


def _waiting(limit: int) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Who is to be told about what now: nothing of it is put off, and its last change is old enough."""
    moment = now()
    rows = Notice.objects.filter(UNTOLD, object_id__isnull=False, created_at__gt=moment - TOO_OLD)
    late = rows.filter(due_at__gt=moment).values("person_id", "object_id")
    put_off = {(row["person_id"], row["object_id"]) for row in late[: limit * 10]}
    fresh = rows.filter(created_at__gt=moment - SETTLES).values_list("person_id", "object_id")
    skip = put_off | set(fresh)
    things = rows.values_list("person_id", "object_id").annotate(first=Min("created_at")).order_by("first")
    found = [(person, thing) for person, thing, _first in things[: limit * 10] if thing]
    return [one for one in found if one not in skip][:limit]


def _tell(person_id: uuid.UUID, object_id: uuid.UUID, manners: Manners | None) -> Outcome | None:
    moment = now()
    if manners is None or manners.is_quiet(moment):
        _put_off(person_id, object_id, manners.not_quiet(moment) if manners else moment + LOOK_AGAIN)
        return None
    taken, told = _take(person_id, object_id, manners)
    if taken is None:
        return None
    outcome = reach()[0].send_about(person_id, taken.id, object_id)
    _settle(taken, object_id, told, outcome)
    return outcome


@transaction.atomic
def _take(
    person_id: uuid.UUID, object_id: uuid.UUID, manners: Manners
) -> tuple[Delivery | None, list[uuid.UUID]]:
    """The right to send this letter now, and the notices that it tells; None when somebody else has it."""
    moment = now()
    rows = Notice.objects.select_for_update(skip_locked=True).filter(
        UNTOLD, person_id=person_id, object_id=object_id
    )
    told = [row.id for row in rows]
    if not told:
        return None, []
    mine = Delivery.objects.filter(person_id=person_id, about=object_id)
    begun = mine.select_for_update().filter(sent_at=None).first()
    if begun is not None:
        if begun.leased_until > moment:
            return None, []
        begun.leased_until = moment + LEASE
        begun.save(update_fields=["leased_until"])
        return begun, told
    free = _free_from(person_id, moment)
    if free > moment:
        _put_off(person_id, object_id, manners.not_quiet(free))
        return None, []
    new = Delivery(person_id=person_id, about=object_id, at=moment, leased_until=moment + LEASE)
    Delivery.objects.bulk_create([new], ignore_conflicts=True)
    return Delivery.objects.filter(id=new.id).first(), told


def _free_from(person_id: uuid.UUID, moment: datetime) -> datetime:
    sent = Delivery.objects.filter(person_id=person_id, about__isnull=False, at__gt=moment - WEEK)
    last = list(sent.order_by("-at").values_list("at", flat=True)[:MOST_A_WEEK])
    return last[-1] + WEEK if len(last) == MOST_A_WEEK else moment


def _put_off(person_id: uuid.UUID, object_id: uuid.UUID, until: datetime) -> None:
    Notice.objects.filter(UNTOLD, person_id=person_id, object_id=object_id).update(due_at=until)


@transaction.atomic
def _settle(taken: Delivery, object_id: uuid.UUID, told: list[uuid.UUID], outcome: Outcome) -> None:
    """Write what became of it. A change that came meanwhile has a notice of its own, and goes by itself."""
    mine = Delivery.objects.filter(id=taken.id, sent_at=None)
    moment = now()
    if outcome is Outcome.LATER:
        mine.update(leased_until=moment + TRY_AGAIN)
        _put_off(taken.person_id, object_id, moment + TRY_AGAIN)
        return
    if outcome is Outcome.NO_WAY:
        mine.delete()
        _put_off(taken.person_id, object_id, moment + LOOK_AGAIN)
        return
    if outcome is Outcome.NOTHING:
        mine.delete()
    elif mine.update(sent_at=moment, way=outcome.value):
        record("notice.sent", person_id=taken.person_id, object_id=taken.id)
    Notice.objects.filter(id__in=told).update(sent_at=moment)


def clear_singly() -> int:
    """Let go of what was begun and has nothing left to tell, and of what could not be told for three weeks:
    while it waits, a job may read an address and see that meeting. Returns how many; for a job."""
    untold = Notice.objects.filter(UNTOLD, object_id__isnull=False)
    untold.filter(created_at__lte=now() - TOO_OLD).update(sent_at=now())
    over = Delivery.objects.filter(about__isnull=False, sent_at=None, leased_until__lt=now() - TRY_AGAIN)
    return over.exclude(about__in=untold.values("object_id")).delete()[0]
