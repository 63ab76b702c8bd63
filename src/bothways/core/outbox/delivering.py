"""One message for all that waits, when its person wants it: at least once, and counted once.

Three steps, each a transaction of its own: look when somebody may be told (`_consider`), take the right to
tell them for a while (`_take`), and, after the message has gone, write that it has (`_settle`). A worker that
dies between sending and writing leaves a right that runs out: then, and not before, somebody sends again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from django.db import connection, transaction
from django.db.models import F, Q

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.outbox.holding import held
from bothways.core.outbox.manners import Manners
from bothways.core.outbox.models import WAITING, Delivery, Notice

WEEK = timedelta(days=7)
# What could not be told for so long stays on the home page and is told no more.
TOO_OLD = timedelta(days=21)
# What is not true any more by the time it would be told is told when it is too old: never.
PUT_AWAY = Q(due_at__gte=F("created_at") + TOO_OLD)
# How long one worker may take to send one message, and when a fault is tried again.
LEASE = timedelta(minutes=10)
TRY_AGAIN = timedelta(hours=1)
# Somebody whom no message may reach is looked at again after this, or when they change how they are reached.
LOOK_AGAIN = timedelta(days=1)
# A message that goes later than this counts from when it goes.
LATE = timedelta(hours=1)
FAULTS_IN_A_ROW = 20
LETTER, TEXT, DEVICE, BOTH, CALENDAR = "letter", "text", "device", "both", "calendar"

PUT_OFF = """
UPDATE core_notice n SET due_at = v.due FROM unnest(%s::uuid[], %s::timestamptz[]) AS v(person, due)
WHERE n.person_id = v.person AND n.sent_at IS NULL AND n.seen_at IS NULL AND n.object_id IS NULL
  AND (n.due_at IS NULL OR %s)
"""


class Outcome(Enum):
    """What became of a message."""

    BY_LETTER = LETTER
    BY_TEXT = TEXT
    BY_CALENDAR = CALENDAR
    # A notice in a browser, and that together with a letter or a text message.
    ON_DEVICE = DEVICE
    BOTH_WAYS = BOTH
    # A fault that passes: tried again under the same right.
    LATER = "later"
    # Nothing reaches this person as things are.
    NO_WAY = ""
    # Of a letter about one thing: there is nothing to say about it any more.
    NOTHING = "nothing"

    @property
    def went(self) -> bool:
        """Whether the message has gone."""
        return self not in {Outcome.LATER, Outcome.NO_WAY, Outcome.NOTHING}


class HowToReach(Protocol):
    """Who knows how people are reached: the room `people`."""

    def manners_of(self, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Manners]:
        """How each of these wants to be told. Whoever is left out wants no message, or gets none."""

    def send(self, person_id: uuid.UUID, delivery_id: uuid.UUID) -> Outcome:
        """Send the message without content. The same `delivery_id` may come twice."""

    def manners_with(self, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Manners]:
        """The same for letters that are about one thing: whoever is left out gets none of those."""

    def send_about(self, person_id: uuid.UUID, delivery_id: uuid.UUID, object_id: uuid.UUID) -> Outcome:
        """Send a letter about one thing (`outbox.singly`)."""


_reach: list[HowToReach] = []


def reach_with(how: HowToReach) -> None:
    """Register who can reach people."""
    _reach[:] = [how]


def reach() -> list[HowToReach]:
    """Who can reach people: one, or nobody yet."""
    return _reach


def deliver(limit: int = 500) -> int:
    """Send what is due: one message per person however many notices wait. Returns how many went.

    Whoever is over the week's budget, in quiet hours or has looked already gets none now.
    """
    if not _reach:
        return 0
    _consider(limit)
    due = (
        Notice.objects.filter(WAITING, due_at__lte=now(), created_at__gt=now() - TOO_OLD)
        .order_by("due_at")
        .values_list("person_id", flat=True)[:limit]
    )
    people = list(dict.fromkeys(due))
    manners = _reach[0].manners_of(people) if people else {}
    went = faults = 0
    for person_id in people:
        outcome = _tell(person_id, manners.get(person_id))
        went += outcome is not None and outcome.went
        faults = faults + 1 if outcome is Outcome.LATER else 0
        if faults == FAULTS_IN_A_ROW:
            # Nobody answers at the other end: the rest waits for the next minute.
            break
    return went


def _consider(limit: int) -> None:
    """Say of new notices when their person may be told."""
    moment = now()
    new = Notice.objects.filter(WAITING, due_at=None).order_by("created_at")
    since: dict[uuid.UUID, datetime] = {}
    for person_id, created_at in new.values_list("person_id", "created_at")[: limit * 10]:
        # What came a moment before their hour is told in that hour; what is older waited for something else.
        since.setdefault(person_id, max(created_at, moment - LEASE))
    if not since:
        return
    manners = _reach[0].manners_of(since)
    _put_off(
        {
            person_id: manners[person_id].next_time(begin) if person_id in manners else moment + LOOK_AGAIN
            for person_id, begin in since.items()
        },
        only_new=True,
    )


def _put_off(until: dict[uuid.UUID, datetime], *, only_new: bool = False) -> None:
    """Set when each of these people may be told next."""
    # In one statement for all: a round tells thousands at once.
    with connection.cursor() as cursor:
        cursor.execute(PUT_OFF, [list(until), list(until.values()), not only_new])


def _tell(person_id: uuid.UUID, manners: Manners | None) -> Outcome | None:
    """Tell one person what is due, and say what became of it; None when nothing was to be sent now."""
    if manners is None:
        _put_off({person_id: now() + LOOK_AGAIN})
        return None
    taken = _take(person_id, manners)
    if taken is None:
        return None
    outcome = _reach[0].send(person_id, taken.id)
    return outcome if _settle(taken, outcome) else None


@transaction.atomic
def _take(person_id: uuid.UUID, manners: Manners) -> Delivery | None:
    """The right to tell one person now, or None: somebody else has it, or it is not the time."""
    moment = now()
    rows = _still_true(
        Notice.objects.select_for_update(skip_locked=True).filter(
            WAITING, person_id=person_id, due_at__lte=moment, created_at__gt=moment - TOO_OLD
        )
    )
    if not rows:
        return None
    # Held too: a notice that came a moment ago would let a second worker in beside the one who renews it.
    begun = Delivery.objects.select_for_update().filter(person_id=person_id, about=None, sent_at=None).first()
    if begun is not None and begun.leased_until > moment:
        return None
    if manners.is_quiet(moment):
        _put_off({person_id: manners.not_quiet(moment)})
        return None
    if begun is not None:
        begun.leased_until = moment + LEASE
        # After a fault that lasted, the week counts from the message that really goes.
        begun.at = begun.at if moment - begun.at < LATE else moment
        begun.save(update_fields=["leased_until", "at"])
        return begun
    due = min(row.due_at for row in rows if row.due_at)
    at = due if moment - due < LATE else moment
    free = _free_from(person_id, manners.per_week, at)
    if free > at:
        _put_off({person_id: manners.not_quiet(free)})
        return None
    # Of two workers who come this far at once, one finds the other's row.
    mine = Delivery(person_id=person_id, at=at, leased_until=moment + LEASE)
    Delivery.objects.bulk_create([mine], ignore_conflicts=True)
    return Delivery.objects.filter(id=mine.id).first()


def _still_true(rows: Iterable[Notice]) -> list[Notice]:
    """What is left to tell; what is over is put away."""
    due = list(rows)
    true = held(due)
    over = {row.id for row in due} - {row.id for row in true}
    if over:
        Notice.objects.filter(id__in=over).update(due_at=F("created_at") + TOO_OLD)
    return true


def _free_from(person_id: uuid.UUID, per_week: int, at: datetime) -> datetime:
    """From when on the week's budget has room for one more."""
    told = Delivery.objects.filter(person_id=person_id, about=None, at__gt=at - WEEK).order_by("-at")
    last = list(told.values_list("at", flat=True)[:per_week])
    if per_week < 1:
        return at + LOOK_AGAIN
    return last[-1] + WEEK if len(last) == per_week else at


@transaction.atomic
def _settle(taken: Delivery, outcome: Outcome) -> bool:
    """Write what became of it; whether there was something to write.

    A message that has gone takes along all that waited when it was begun.
    """
    mine = Delivery.objects.filter(id=taken.id, sent_at=None)
    if outcome is Outcome.LATER:
        mine.update(leased_until=now() + TRY_AGAIN)
        _put_off({taken.person_id: now() + TRY_AGAIN})
        return True
    if outcome is Outcome.NO_WAY:
        mine.delete()
        _put_off({taken.person_id: now() + LOOK_AGAIN})
        return True
    moment = now()
    if not mine.update(sent_at=moment, way=outcome.value):
        # Erased meanwhile, or somebody else has written it.
        return False
    Notice.objects.filter(id__in=[row.id for row in told_by(taken)]).update(sent_at=moment)
    record("notice.sent", person_id=taken.person_id, object_id=taken.id)
    return True


def told_by(taken: Delivery) -> list[Notice]:
    """What a message that is being sent tells: what waited and was true when it was begun, oldest first."""
    begun_at = taken.leased_until - LEASE
    waited = Notice.objects.filter(WAITING, person_id=taken.person_id, created_at__lte=begun_at)
    return held(waited.order_by("created_at"))


def clear() -> int:
    """Let go of what was begun and has nothing left to tell. Returns how many; for a job."""
    waiting = Notice.objects.filter(WAITING, created_at__gt=now() - TOO_OLD).exclude(PUT_AWAY)
    over = Delivery.objects.filter(about=None, sent_at=None, leased_until__lt=now() - TRY_AGAIN)
    return over.exclude(person_id__in=waiting.values("person_id")).delete()[0]
