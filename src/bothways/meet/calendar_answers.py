"""What somebody answers in their calendar: read from the letter, kept as a note for that person alone.

It plans, moves, cancels and confirms nothing, and the partner does not see it. A no is shown to its own
person with the buttons that there are: what is done, they do, in their session.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.http import Http404
from django.urls import reverse
from icalendar import Calendar, Event

from bothways.core.clock.api import ahead, now
from bothways.core.identity.api import Acting, confirm
from bothways.core.mailbox.api import NotTaken
from bothways.core.outbox import api as outbox
from bothways.meet.models import CalendarAnswer, Meeting, Series
from bothways.meet.rhythm import Rhythm
from bothways.people.api import stored_form

YES, MAYBE, NO = "yes", "maybe", "no"
WORDS = {"ACCEPTED": YES, "TENTATIVE": MAYBE, "DECLINED": NO}
# A calendar that answers for a series may send an event for each date that it knows otherwise.
MOST_EVENTS = 20
MOST_SEQUENCE = 2**31 - 1
TAKE = "SELECT meet_take_answer(%s, %s, %s, %s, %s, %s, %s::interval)"
# All that is read. The rest, time zones above all, does not come near the parser: a zone can be written so
# that it is reckoned for hours, and the parser would know it by its name from then on.
INSIDE = ["VCALENDAR", "VEVENT"]
READ = {"UID", "DTSTAMP", "SEQUENCE", "ATTENDEE", "RECURRENCE-ID"}
DEEPEST = 8
# A calendar may know other rules for the clocks of a place than we do. Dates are days apart, so that it is
# clear which one is meant.
OTHER_RULES = timedelta(hours=3)


def take(code: bytes, sender: str, words: str, may: Callable[[], bool]) -> None:
    """Keep the answers in a calendar part that came from `sender` (an address in its stored form) to the
    address with this code (a hash). Raises NotTaken when nothing of it is an answer of theirs that is new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM meet_thing_of_reply(%s, %s)", [code, sender])
        thing, rhythm, starts_on, at, zone = cursor.fetchone()
    if thing is None:
        raise NotTaken("nothing is known by this code and sender")
    if not may():
        raise NotTaken("too many")
    rule = Rhythm(rhythm, starts_on, at, zone) if rhythm else None
    taken = False
    for event in _events(words):
        answer = _answer(event, thing, sender, rule)
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [code, sender, *answer, f"{ahead().total_seconds()} seconds"])
            taken |= bool(cursor.fetchone()[0])
    if not taken:
        raise NotTaken("too late, or not new")


def about(who: Acting, meeting: Meeting) -> CalendarAnswer | None:
    """What I said in my calendar about a meeting or a date of regular ones."""
    mine = CalendarAnswer.objects.filter(person_id=who.person_id)
    if meeting.series_id:
        return mine.filter(invitation__series=meeting.series_id, slot=meeting.slot).first()
    return mine.filter(invitation__meeting=meeting.id).first()


def about_all(who: Acting, series: Series) -> CalendarAnswer | None:
    """What I said about all dates of regular meetings at once."""
    mine = CalendarAnswer.objects.filter(person_id=who.person_id)
    return mine.filter(invitation__series=series.id, slot=None).first()


def forget(who: Acting, answer_id: int) -> str:
    """I come after all: my note goes. Returns the path of what it was about. 404 for notes of others."""
    mine = CalendarAnswer.objects.filter(person_id=who.person_id).select_related("invitation__series")
    with transaction.atomic():
        confirm(who)
        answer = mine.filter(id=answer_id).first()
        if answer is None:
            raise Http404
        path = _page_of(answer)
        outbox.seen(who, path=path)
        answer.delete()
    return path


def _page_of(answer: CalendarAnswer) -> str:
    series, meeting_id = answer.invitation.series, answer.invitation.meeting_id
    if series is not None:
        of_date = Meeting.objects.filter(series=series, slot=answer.slot).values_list("id", flat=True)
        meeting_id = of_date.first() if answer.slot else None
        if meeting_id is None:
            return reverse("series", args=[series.pair_id])
    return reverse("meeting", args=[meeting_id])


def _events(words: str) -> list[Event]:
    try:
        calendar = Calendar.from_ical(_what_is_read(words))
        events = [part for part in calendar.walk("VEVENT") if isinstance(part, Event)]
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise NotTaken("broken") from error
    if not 1 <= len(events) <= MOST_EVENTS:
        raise NotTaken("no event, or too many")
    return events


def _what_is_read(words: str) -> str:
    lines, inside = ["BEGIN:VCALENDAR"], list[str]()
    for line in re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", words)):
        name, value = re.split("[;:]", line, maxsplit=1)[0].strip().upper(), line.rpartition(":")[2].strip()
        if name == "BEGIN":
            inside.append(value.upper())
            lines += ["BEGIN:VEVENT"] if inside == INSIDE else []
            if len(inside) > DEEPEST:
                raise NotTaken("too deep")
        elif name == "END":
            lines += ["END:VEVENT"] if inside == INSIDE else []
            del inside[-1:]
        elif inside == INSIDE and name in READ:
            lines.append(line)
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _answer(
    event: Event, thing: uuid.UUID, sender: str, rule: Rhythm | None
) -> tuple[date | None, str, int, datetime]:
    """The day of a series (None for all of it, or a single meeting), the word, its number and its time."""
    try:
        if str(event.get("uid", "")).strip() != str(thing):
            raise NotTaken("about another thing")
        word = _word(event, sender)
        number = int(event.get("sequence", 0))
        stamp = _moment(event["dtstamp"].dt)
        day = _day(event, rule)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise NotTaken("broken") from error
    if not 0 <= number <= MOST_SEQUENCE or stamp > now() + timedelta(days=1):
        raise NotTaken("from another time")
    return day, word, number, stamp


def _word(event: Event, sender: str) -> str:
    """What the one attendee says, who has to be the one who writes and was invited."""
    attendee = event["attendee"]
    if isinstance(attendee, list):
        raise NotTaken("several people")
    scheme, _colon, address = str(attendee).strip().partition(":")
    if scheme.lower() != "mailto" or stored_form(address) != sender:
        raise NotTaken("somebody else")
    word = WORDS.get(str(attendee.params.get("PARTSTAT", "")).upper())
    if word is None:
        raise NotTaken("no answer")
    return word


def _day(event: Event, rule: Rhythm | None) -> date | None:
    """Which date of a series is meant, by the day that the rule gave it."""
    about: Any = event.get("recurrence-id")
    if about is None:
        return None
    if rule is None or "RANGE" in about.params:
        raise NotTaken("no such date")
    when = about.dt
    if not isinstance(when, datetime):
        return _given(rule, when, None)
    if when.tzinfo is None:
        # A zone that nobody knows by this name. We had written the time on the clock of the series.
        return _given(rule, when.date(), when.replace(tzinfo=ZoneInfo(rule.zone)).astimezone(UTC))
    return _given(rule, when.astimezone(ZoneInfo(rule.zone)).date(), when.astimezone(UTC))


def _given(rule: Rhythm, near: date, moment: datetime | None) -> date:
    """The day near this one that the rule gives, and close to this moment when one is named."""
    for day in islice(rule.days(near - timedelta(days=1)), 3):
        if day == near if moment is None else abs(rule.moment(day) - moment) <= OTHER_RULES:
            return day
    raise NotTaken("no such date")


def _moment(stamp: datetime) -> datetime:
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
