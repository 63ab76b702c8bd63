"""Between rounds: when a programme is looked at again, and whom such a look leaves out.

Both are read from what is there anyway: the event log says that something changed, and when.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings

from bothways.core.clock.api import now
from bothways.core.events import api as events
from bothways.match.models import Proposal, Round
from bothways.match.reading import Reading
from bothways.programme import api as programme

# After one of these there may be somebody new to propose.
CAUSES = (
    "enrolment.confirmed",
    "enrolment.changed",
    "enrolment.resumed",
    "consent.given",
    "check.set",
    "proposal.closed",
    "programme.areas",
    "programme.changed",
)
WISHES = "enrolment.changed"
# An event is seen only when its transaction is through: some are older than they look.
LATE = timedelta(minutes=1)
DAY = timedelta(days=1)
# A look with nothing to show for it is forgotten after so long.
KEPT = timedelta(days=7)
BETWEEN, DONE = Round.Kind.BETWEEN, Round.State.DONE


def due() -> list[uuid.UUID]:
    """The programmes that look between rounds and should now: something changed, and not just before."""
    return [one.id for one in programme.looking_between() if _is_due(one)]


def may_be_looked_at(programme_id: uuid.UUID, reading: Reading) -> tuple[Reading, datetime | None]:
    """What was read, without those who have to wait, and when the first of them may be looked at again.

    Between rounds nobody is sent proposals more than once a day; and whose wishes changed, were looked at,
    and changed again, waits for a day after that look. So nobody can find out by asking again and again who
    is there.
    """
    moment = now()
    waiting = _proposed_to(programme_id, moment) | _changed_again(programme_id, moment)
    here = {row["id"]: waiting[row["id"]] for row in reading.rows if row["id"] in waiting}
    return reading.without(set(here)), min(here.values(), default=None)


def forget() -> int:
    """Delete the looks of long ago that found nobody. Returns how many."""
    old = Round.objects.filter(kind=BETWEEN, finished_at__lt=now() - KEPT, proposals=None)
    return old.delete()[0]


def _is_due(one: programme.Programme) -> bool:
    moment = now()
    pause = timedelta(minutes=settings.BETWEEN_ROUNDS_MINUTES)
    mine = Round.objects.filter(programme=one)
    if mine.filter(kind=BETWEEN, asked_at__gt=moment - pause).exists():
        return False
    last = mine.filter(state=DONE).order_by("-asked_at").first()
    if last is None:
        return events.happened(CAUSES, programme_id=one.id)
    if last.again_at is not None and last.again_at <= moment:
        return True
    return events.happened(CAUSES, programme_id=one.id, since=last.asked_at - LATE)


def _proposed_to(programme_id: uuid.UUID, moment: datetime) -> dict[uuid.UUID, datetime]:
    """Until when whoever was sent a proposal between rounds is left alone, by enrolment."""
    sent = Proposal.objects.filter(
        programme_id=programme_id, round__kind=BETWEEN, made_at__gt=moment - DAY
    ).order_by("made_at")
    return {
        enrolment: made_at + DAY
        for left, right, made_at in sent.values_list("left_id", "right_id", "made_at")
        for enrolment in (left, right)
        if enrolment
    }


def _changed_again(programme_id: uuid.UUID, moment: datetime) -> dict[uuid.UUID, datetime]:
    """Until when whoever changed their wishes, was looked at and changed them again waits, by enrolment."""
    looks = Round.objects.filter(
        programme_id=programme_id, kind=BETWEEN, state=DONE, asked_at__gt=moment - DAY
    ).order_by("asked_at")
    changes: defaultdict[uuid.UUID, list[datetime]] = defaultdict(list)
    for enrolment, at in events.moments(WISHES, programme_id=programme_id, since=moment - 3 * DAY):
        changes[enrolment].append(at)
    found: dict[uuid.UUID, datetime] = {}
    for look in looks:
        ended = look.finished_at or look.asked_at
        for enrolment, moments in changes.items():
            first, last = moments[0], moments[-1]
            if first <= ended and last > look.asked_at and last > first:
                found[enrolment] = look.asked_at + DAY
    return found
