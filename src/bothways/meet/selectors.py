"""What each of the two reads about their meetings."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import Promise

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting
from bothways.meet import when
from bothways.meet.dates import rhythm_of
from bothways.meet.models import Meeting, TookPlace
from bothways.meet.spoken import rhythm_words
from bothways.meet.where import Where, where
from bothways.pair.api import Pair
from bothways.programme.api import catalogue

PER_PAGE = 20
# For so long a meeting that only waits for "it took place" is brought up on the home page.
ASK_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Shown:
    """A meeting in one person's time and words."""

    id: uuid.UUID
    when: str
    length: str
    way: Promise | str
    cancelled: bool
    counted: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """One meeting with all that its page needs."""

    shown: Shown
    where: Where
    # The rhythm in words, when it is a date of regular meetings, and whether that date does not hold.
    regular: str
    resting: bool
    i_said: bool
    partner_said: bool
    can_change: bool
    can_confirm: bool
    also_then: list[Shown]


def shown(meeting: Meeting, zone: ZoneInfo) -> Shown:
    """A meeting as people say it, in this time zone."""
    return Shown(
        id=meeting.id,
        when=when.spoken(meeting.starts_at, zone),
        length=when.length(meeting.minutes),
        way=catalogue.MODES[meeting.mode].words,
        cancelled=not meeting.is_planned,
        counted=meeting.took_place_at is not None,
    )


def whole(who: Acting, meeting: Meeting, pair: Pair) -> Whole:
    """One meeting of mine, and what I can do with it now."""
    zone = when.zone_of(who.person_id)
    said = set(TookPlace.objects.filter(meeting=meeting).values_list("person_id", flat=True))
    begun = meeting.starts_at <= now()
    stands = meeting.is_planned and not pair.is_ended
    return Whole(
        shown=shown(meeting, zone),
        where=where(who, meeting),
        regular=rhythm_words(rhythm_of(meeting.series)) if meeting.series else "",
        resting=meeting.state == Meeting.State.RESTING,
        i_said=who.person_id in said,
        partner_said=bool(said - {who.person_id}),
        can_change=stands and not begun,
        can_confirm=stands and begun and who.person_id not in said,
        also_then=[shown(other, zone) for other in at_the_same_time(who, [meeting])] if stands else [],
    )


def at_the_same_time(who: Acting, meetings: list[Meeting]) -> list[Meeting]:
    """My other planned meetings, of any pair of mine, that run at the time of one of these. The partner of
    these is not told that there are any."""
    ahead = [one for one in meetings if one.is_planned and one.ends_at > now()]
    if not ahead:
        return []
    first, last = min(one.starts_at for one in ahead), max(one.ends_at for one in ahead)
    near = (
        planned_of(who)
        .filter(starts_at__lt=last, starts_at__gt=first - timedelta(days=1))
        .exclude(id__in=[one.id for one in ahead])
    )
    return [
        other
        for other in near
        if any(other.starts_at < one.ends_at and one.starts_at < other.ends_at for one in ahead)
    ]


def planned_of(who: Acting) -> QuerySet[Meeting]:
    """The planned meetings of my pairs that have not ended, earliest first."""
    mine = Pair.objects.filter(halves__person_id=who.person_id, ended_at=None)
    return Meeting.objects.filter(pair__in=mine, state=Meeting.State.PLANNED).order_by("starts_at", "id")


def next_meeting(who: Acting) -> Meeting | None:
    """My next meeting, one that runs now included."""
    soon = planned_of(who).filter(starts_at__gt=now() - timedelta(days=1))[:20]
    return next((meeting for meeting in soon if meeting.ends_at > now()), None)


def to_confirm(who: Acting) -> list[Meeting]:
    """My meetings of the last two weeks that are over and of which I have said nothing, latest first."""
    said = TookPlace.objects.filter(person_id=who.person_id).values("meeting_id")
    over = planned_of(who).filter(starts_at__range=(now() - ASK_FOR, now())).exclude(id__in=said)
    return [meeting for meeting in over.order_by("-starts_at")[:20] if meeting.ends_at <= now()]


def coming(pair: Pair) -> list[Meeting]:
    """What the two still plan, earliest first; also what was cancelled and would lie ahead."""
    ahead = Meeting.objects.filter(pair=pair, starts_at__gt=now()).exclude(state=Meeting.State.RESTING)
    return list(ahead.order_by("starts_at", "id")[:100])


def past(pair: Pair, number: str) -> Page[Meeting]:
    """What lies behind, latest first, without what was cancelled."""
    behind = Meeting.objects.filter(pair=pair, starts_at__lte=now(), state=Meeting.State.PLANNED)
    return Paginator(behind.order_by("-starts_at", "id"), PER_PAGE).get_page(number)


def all_shown(meetings: Iterable[Meeting], zone: ZoneInfo) -> list[Shown]:
    """Several meetings in the same time zone."""
    return [shown(meeting, zone) for meeting in meetings]
