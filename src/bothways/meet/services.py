"""What the two people of a pair write about their meetings."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.asks import api as asks
from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.meet.access import held_meeting
from bothways.meet.dates import rhythm_of
from bothways.meet.models import Meeting, Series, TookPlace
from bothways.meet.where import Where, where, write_where
from bothways.pair.api import Pair, live_pair, tell_partner

# How far ahead a meeting can be planned, and how many may lie ahead of one pair.
FARTHEST = timedelta(days=366)
MOST_COMING = 60
# How a code to answer by text message calls a meeting.
ASK = "meeting"
CHANGED_BY_A_MOVE = [
    "starts_at",
    "minutes",
    "mode",
    "moved",
    "like_series",
    "place_text",
    "place_by",
    "link_text",
    "link_by",
    "sequence",
]


def plan(
    who: Acting,
    *,
    pair_id: uuid.UUID,
    starts_at: datetime,
    minutes: int,
    mode: int,
    place: str = "",
    link: str = "",
    meeting_id: uuid.UUID | None = None,
) -> Meeting:
    """Plan a meeting of my live pair and tell my partner.

    `mode` is a number of the catalogue's ways to meet. The same `meeting_id` plans one meeting,
    however often it is sent. Raises Refused when the pair has ended or the time does not fit.
    """
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True)
        earlier = Meeting.objects.filter(id=meeting_id).first() if meeting_id else None
        if earlier is not None:
            if earlier.pair_id != pair.id:
                raise Http404
            return earlier
        check_time(starts_at)
        _check_number(pair)
        meeting = Meeting(
            id=meeting_id or uuid.uuid4(),
            pair=pair,
            programme_id=pair.programme_id,
            starts_at=starts_at,
            minutes=minutes,
            mode=mode,
            planned_by=who.person_id,
            made_at=now(),
        )
        write_where(who, meeting, pair, Where(place, link))
        meeting.save(force_insert=True)
        _record("meeting.planned", who, meeting)
        _tell_partner("meeting.planned", who, meeting, pair)
    return meeting


def move(
    who: Acting,
    *,
    meeting_id: uuid.UUID,
    sequence: int,
    starts_at: datetime,
    minutes: int,
    mode: int,
    place: str,
    link: str = "",
) -> Meeting:
    """Change a coming meeting and tell my partner. Either of the two may.

    `sequence` is that of the meeting as I saw it: Refused when it changed meanwhile, unless it
    already is as I want it. Refused also when it has begun or is cancelled.
    """
    with transaction.atomic():
        confirm(who)
        meeting, pair = held_meeting(who, meeting_id)
        _check_changeable(meeting)
        wanted = Where(place, link)
        if _is_as_wanted(who, meeting, starts_at, minutes, mode, wanted):
            return meeting
        if meeting.sequence != sequence:
            raise Refused(
                _(
                    "Your partner changed this meeting in the meantime. "
                    "Look at it again, then send yours if you still want to."
                )
            )
        check_time(starts_at)
        meeting.starts_at, meeting.minutes, meeting.mode = starts_at, minutes, mode
        if meeting.series and meeting.slot:
            meeting.moved = starts_at != rhythm_of(meeting.series).moment(meeting.slot)
        write_where(who, meeting, pair, wanted)
        meeting.sequence += 1
        meeting.save(update_fields=CHANGED_BY_A_MOVE)
        _record("meeting.moved", who, meeting)
        _tell_partner("meeting.moved", who, meeting, pair)
    return meeting


def cancel(who: Acting, *, meeting_id: uuid.UUID) -> Meeting:
    """Cancel a coming meeting and tell my partner. Either of the two may; no reason is asked."""
    with transaction.atomic():
        confirm(who)
        meeting, pair = held_meeting(who, meeting_id)
        if not meeting.is_planned:
            return meeting
        _check_changeable(meeting)
        meeting.state = Meeting.State.CANCELLED
        meeting.sequence += 1
        meeting.save(update_fields=["state", "sequence"])
        _record("meeting.cancelled", who, meeting)
        _tell_partner("meeting.cancelled", who, meeting, pair)
    return meeting


def say_it_took_place(who: Acting, *, meeting_id: uuid.UUID) -> Meeting:
    """Say, after its start, that a meeting took place. It counts, once, when both have said so."""
    with transaction.atomic():
        confirm(who)
        meeting, pair = held_meeting(who, meeting_id)
        if not meeting.is_planned:
            raise Refused(_("This meeting was cancelled."))
        if meeting.starts_at > now():
            raise Refused(_("This meeting has not begun yet. Please come back when it has."))
        _said, new = TookPlace.objects.get_or_create(
            meeting=meeting, person_id=who.person_id, defaults={"entry_id": who.entry_id, "at": now()}
        )
        if new:
            _record("meeting.confirmed", who, meeting)
            _count_when_both_said(meeting, pair)
        # The last thing: by a text message we are here through the code that goes now.
        asks.take_back(who, kind=ASK, object_id=meeting_id)
    return meeting


def cancel_coming(*, pair_id: uuid.UUID, programme_id: uuid.UUID) -> None:
    """A pair has ended: its coming meetings are cancelled, in the transaction of the ending, and its regular
    ones are over."""
    going_on = Series.objects.filter(pair_id=pair_id, ended_at=None)
    for series_id in list(going_on.values_list("id", flat=True)):
        record("series.ended", programme_id=programme_id, object_id=series_id)
    going_on.update(ended_at=now(), sequence=F("sequence") + 1)
    coming = Meeting.objects.filter(
        pair_id=pair_id, state=Meeting.State.PLANNED, starts_at__gt=now(), took_place_at=None
    )
    for meeting_id in list(coming.values_list("id", flat=True)):
        record("meeting.cancelled", programme_id=programme_id, object_id=meeting_id)
    coming.update(state=Meeting.State.CANCELLED, sequence=F("sequence") + 1)


def _count_when_both_said(meeting: Meeting, pair: Pair) -> None:
    said = set(TookPlace.objects.filter(meeting=meeting).values_list("person_id", flat=True))
    if meeting.took_place_at is None and {half.person_id for half in pair.halves.all()} <= said:
        meeting.took_place_at = now()
        meeting.save(update_fields=["took_place_at"])
        # The minutes are for the published figures, which put volunteers' hours into bands.
        record(
            "meeting.took_place",
            programme_id=meeting.programme_id,
            object_id=meeting.id,
            minutes=meeting.minutes,
        )


def check_time(starts_at: datetime) -> None:
    """Refused when a time has passed or is more than a year away."""
    if starts_at <= now():
        raise Refused(_("This time has passed. Please choose a later one."))
    if starts_at > now() + FARTHEST:
        raise Refused(_("This is more than a year away. Please choose an earlier day."))


def _check_number(pair: Pair) -> None:
    coming = Meeting.objects.filter(pair=pair, state=Meeting.State.PLANNED, starts_at__gt=now()).count()
    if coming >= MOST_COMING:
        raise Refused(
            _("You two have very many meetings ahead. Please cancel one first, or plan this one later.")
        )


def _check_changeable(meeting: Meeting) -> None:
    if not meeting.is_planned:
        raise Refused(_("This meeting was cancelled. You can plan a new one."))
    if meeting.starts_at <= now():
        raise Refused(_("This meeting has begun, so it cannot be changed. You can plan a new one."))


def _is_as_wanted(
    who: Acting, meeting: Meeting, starts_at: datetime, minutes: int, mode: int, wanted: Where
) -> bool:
    same = (meeting.starts_at, meeting.minutes, meeting.mode) == (starts_at, minutes, mode)
    return same and wanted == where(who, meeting)


def _record(kind: str, who: Acting, meeting: Meeting) -> None:
    record(kind, programme_id=meeting.programme_id, person_id=who.person_id, object_id=meeting.id)


def _tell_partner(kind: str, who: Acting, meeting: Meeting, pair: Pair) -> None:
    path = reverse("meeting", args=[meeting.id])
    tell_partner(who, pair, kind, path=path, key=f"{kind}:{meeting.id}:{meeting.sequence}")
