"""Meetings as invitations by mail, for whoever wants them (decision 29): what a letter carries, when it goes.

A trigger leaves a notice when a meeting changes; a job puts the invitation together when the letter goes, in
which it sees that person's meeting and no other. One of the two is invited, and nobody else is named.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from icalendar import Event

from bothways.core.clock.api import ahead, now
from bothways.core.identity.api import Acting
from bothways.core.mailbox import api as mailbox
from bothways.core.outbox import api as outbox
from bothways.core.outbox.api import Enclosed
from bothways.meet.calendar import odd_dates
from bothways.meet.calendar_events import calendar_of, invited, single, whole_series
from bothways.meet.models import Invitation, Meeting, Series
from bothways.pair.api import closing_day

# So long after the last meeting an answer to it is known as too late, and then not at all.
KEPT = timedelta(days=3)
NOTHING_SHOWN = bytes(32)
NOT_SHOWN = (b"DTSTAMP", b"SEQUENCE")


@dataclass(frozen=True, slots=True)
class _Thing:
    """What somebody is invited to, as it is now."""

    which: dict[str, uuid.UUID]
    events: list[Event]
    stands: bool
    over_at: datetime | None


def build(person_id: uuid.UUID, object_id: uuid.UUID, address: str) -> Enclosed | None:
    """What a letter to this person about a meeting or a series carries now, in the active language.

    None when their calendar has it so already, or never heard of what does not take place.
    """
    thing = _series(object_id) or _single(object_id)
    if thing is None:
        return None
    method = "REQUEST" if thing.stands else "CANCEL"
    shown = _hash(calendar_of(thing.events, method=method))
    earlier = Invitation.objects.filter(person_id=person_id, **thing.which).first()
    if earlier is None and not thing.stands:
        return None
    if earlier is not None and bytes(earlier.shown_hash) == shown:
        return None
    one, code = _code(person_id, thing, earlier)
    sender = mailbox.reply_address(code)
    events = [invited(event, sender, address) for event in thing.events]
    content = calendar_of(events, method=method)
    return Enclosed(method, content, sender, went=lambda: _went(one, thing, shown))


def _single(object_id: uuid.UUID) -> _Thing | None:
    meeting = Meeting.objects.filter(id=object_id, series=None).first()
    if meeting is None or meeting.starts_at <= now():
        return None
    over = meeting.ends_at if meeting.is_planned else now()
    return _Thing({"meeting_id": meeting.id}, [single(meeting)], meeting.is_planned, over + KEPT)


def _series(object_id: uuid.UUID) -> _Thing | None:
    series = Series.objects.select_related("pair").filter(id=object_id).first()
    if series is None:
        return None
    events = whole_series(series, odd_dates([series]), series.pair, closing_day(series.pair))
    # What has been stays in the calendar: regular meetings that took place end with their last date.
    stands = str(events[0]["status"]) == "CONFIRMED"
    over = now() + KEPT if series.ended_at else None
    return _Thing({"series_id": series.id}, events if stands else events[:1], stands, over)


def _hash(content: bytes) -> bytes:
    """Of all that a calendar shows of it, and of the rules for its clocks."""
    lines = content.splitlines()
    return hashlib.sha256(b"\n".join(line for line in lines if not line.startswith(NOT_SHOWN))).digest()


def _code(person_id: uuid.UUID, thing: _Thing, earlier: Invitation | None) -> tuple[uuid.UUID, str]:
    """The invitation, made when it is the first letter, and the code for answers to it."""
    one = earlier or Invitation(person_id=person_id, **thing.which)
    code = mailbox.code_for(one.id)
    if earlier is None:
        # Before the letter goes: an answer may be here before we are back.
        one.code_hash, one.shown_hash = mailbox.code_hash(code), NOTHING_SHOWN
        one.sequence, one.sent_at, one.over_at = 0, now(), thing.over_at
        one.save(force_insert=True)
    return one.id, code


def _went(one: uuid.UUID, thing: _Thing, shown: bytes) -> None:
    """The calendar has it so. Only then: a letter that could not go is tried again."""
    sequence = max(int(event["sequence"]) for event in thing.events)
    same = Invitation.objects.filter(id=one)
    same.update(sequence=sequence, shown_hash=shown, sent_at=now(), over_at=thing.over_at)


def switched(*, who: Acting, on: bool) -> None:
    """Somebody switched their invitations on, or off: then no letter goes, and the codes are dead."""
    if on:
        with connection.cursor() as cursor:
            cursor.execute("SELECT meet_invite_me(%s::interval)", [f"{ahead().total_seconds()} seconds"])
        return
    Invitation.objects.filter(person_id=who.person_id).delete()
    outbox.take_back(who, kinds=["meeting.invitation", "calendar.no"])


@transaction.atomic
def clear() -> int:
    """Forget invitations to what is over, and their answers. Returns how many; for a job."""
    over = Invitation.objects.filter(over_at__lt=now())
    return over.delete()[1].get("meet.Invitation", 0)
