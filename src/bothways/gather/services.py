"""What coordinators write about gatherings."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.gather.access import to_change
from bothways.gather.kinds import record_of
from bothways.gather.models import LONGEST, PLACE_LENGTH, SHORTEST, TITLE_LENGTH, WORDS_LENGTH, Gathering
from bothways.programme import api as programmes
from bothways.programme.api import Programme

# How far ahead a gathering can be, and how many of one programme may lie ahead.
FARTHEST = timedelta(days=366)
MOST_COMING = 60
# Reminders come from this hour of the day before on, by the clock of the programme.
FROM_HOUR = time(9)
WRITTEN = ["title", "place", "words", "starts_at", "minutes"]
# What somebody who comes must know.
TOLD = ["place", "starts_at", "minutes"]
EMPTY = _("Please say what it is and where it is.")
TOO_LONG = _("These words are too long. Please write less.")


def publish(
    who: Acting,
    *,
    programme_id: uuid.UUID,
    title: str,
    starts_at: datetime,
    minutes: int,
    place: str,
    words: str = "",
    gathering_id: uuid.UUID | None = None,
) -> Gathering:
    """Publish a gathering of an open programme that I coordinate. Nobody is sent anything.

    The same `gathering_id` publishes one, however often it is sent. Raises Refused, and what
    `as_coordinator` raises.
    """
    with transaction.atomic():
        # Holds the programme's row: two coordinators write one after the other.
        programme = programmes.as_coordinator(who, programme_id)
        earlier = Gathering.objects.filter(id=gathering_id).first() if gathering_id else None
        if earlier is not None:
            if earlier.programme_id != programme.pk:
                raise Http404
            return earlier
        if not programme.open:
            raise Refused(_("The programme is closed. Open it first, then publish a gathering."))
        ahead = Gathering.objects.filter(programme=programme, cancelled_at=None, starts_at__gt=now())
        if ahead.count() >= MOST_COMING:
            raise Refused(_("There are very many gatherings ahead. Please call one off first."))
        made = Gathering(id=gathering_id or uuid.uuid4(), programme=programme, made_at=now())
        _fill(made, programme, title=title, place=place, words=words, starts_at=starts_at, minutes=minutes)
        made.save(force_insert=True)
        record_of("gathering.published", who, made)
    return made


def change(
    who: Acting,
    *,
    gathering_id: uuid.UUID,
    sequence: int,
    title: str,
    starts_at: datetime,
    minutes: int,
    place: str,
    words: str = "",
) -> Gathering:
    """Change a gathering that has not begun. Who comes is told of another time or place, by a job.

    `sequence` is that of the gathering as I saw it: Refused when it changed meanwhile, unless it already is
    as I want it. Raises what `as_coordinator` raises.
    """
    with transaction.atomic():
        one = _held(who, gathering_id)
        _check_stands(one)
        before = {name: getattr(one, name) for name in WRITTEN}
        programme = one.programme
        _fill(one, programme, title=title, place=place, words=words, starts_at=starts_at, minutes=minutes)
        changed = {name for name in WRITTEN if getattr(one, name) != before[name]}
        if not changed:
            return one
        if one.sequence != sequence:
            raise Refused(
                _(
                    "Another coordinator changed this gathering in the meantime. "
                    "Look at it again, then send yours if you still want to."
                )
            )
        one.sequence += 1
        one.untold = one.untold or bool(changed & set(TOLD))
        one.save(update_fields=[*WRITTEN, "sequence", "untold", "remind_at"])
        record_of("gathering.changed", who, one)
    return one


def call_off(who: Acting, *, gathering_id: uuid.UUID) -> Gathering:
    """Call a gathering off that has not begun. Who comes is told, by a job. Twice is the same as once."""
    with transaction.atomic():
        one = _held(who, gathering_id)
        if one.is_cancelled:
            return one
        _check_stands(one)
        one.cancelled_at, one.untold, one.remind_at = now(), True, None
        one.sequence += 1
        one.save(update_fields=["cancelled_at", "untold", "remind_at", "sequence"])
        record_of("gathering.cancelled", who, one)
    return one


def _held(who: Acting, gathering_id: uuid.UUID) -> Gathering:
    """A gathering of a programme that I coordinate, held until the transaction ends."""
    programmes.as_coordinator(who, to_change(who, gathering_id).programme_id)
    # Read again: another coordinator may have written while this waited.
    return to_change(who, gathering_id)


def _check_stands(one: Gathering) -> None:
    if one.is_cancelled:
        raise Refused(_("This gathering was called off. You can publish a new one."))
    if one.has_begun:
        raise Refused(_("This gathering has begun, so it cannot be changed. You can publish a new one."))


def _fill(
    one: Gathering,
    programme: Programme,
    *,
    title: str,
    place: str,
    words: str,
    starts_at: datetime,
    minutes: int,
) -> None:
    _check_time(starts_at)
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(_("A gathering lasts between a quarter of an hour and twelve hours."))
    moved = one.starts_at != starts_at
    one.title = programmes.tidy(title, most=TITLE_LENGTH, empty=EMPTY, long=TOO_LONG)
    one.place = programmes.tidy(place, most=PLACE_LENGTH, empty=EMPTY, long=TOO_LONG)
    one.words = programmes.tidy_lines(words, most=WORDS_LENGTH, empty=None, long=TOO_LONG)
    one.starts_at, one.minutes = starts_at, minutes
    if moved:
        one.remind_at = _reminder(starts_at, ZoneInfo(programme.time_zone))


def _check_time(starts_at: datetime) -> None:
    if starts_at <= now():
        raise Refused(_("This time has passed. Please choose a later one."))
    if starts_at > now() + FARTHEST:
        raise Refused(_("This is more than a year away. Please choose an earlier day."))


def _reminder(starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """In the morning of the day before; None where that has passed."""
    before = starts_at.astimezone(zone).date() - timedelta(days=1)
    at = datetime.combine(before, FROM_HOUR, zone)
    return at if at > now() else None
