"""Meetings in the terms of RFC 5545. No names, no places, no links: such files travel to other people's
servers.

A single meeting is in UTC. Regular ones have their rule and the time on the clock of their place, with that
place's time zone: after a change of the clocks they are at the same time of the day. Dates that were moved
stand beside the rule under the same UID; dates that were left out are named in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from icalendar import Calendar, Event, Timezone, vCalAddress

from bothways.core.clock.api import now
from bothways.meet.calendar_zones import vtimezone
from bothways.meet.dates import rhythm_of
from bothways.meet.models import Meeting, Series
from bothways.pair.api import Pair

# For so long ahead a calendar is told when the clocks change. It asks again long before.
ZONE_YEARS = 5


def calendar_of(
    events: Iterable[Event], name: str = "", refresh: timedelta | None = None, method: str = "PUBLISH"
) -> bytes:
    """A calendar with these events and the time zones that they need."""
    calendar, events = Calendar(), list(events)
    calendar.add("prodid", "-//Bothways//Bothways//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    if refresh:
        calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", f"PT{refresh // timedelta(hours=1)}H")
    for part in [*_zones(events), *events]:
        calendar.add_component(part)
    return bytes(calendar.to_ical())


def invited(event: Event, organizer: str, attendee: str) -> Event:
    """The same event as an invitation of one person by the server (RFC 5546): nobody else is named."""
    by, to = vCalAddress(f"mailto:{organizer}"), vCalAddress(f"mailto:{attendee}")
    by.params["CN"] = "Bothways"
    asks = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
    to.params.update(asks)
    event.add("organizer", by)
    event.add("attendee", to)
    return event


def single(meeting: Meeting) -> Event:
    """A meeting that stands for itself."""
    # The id stays and the sequence grows, so that a calendar replaces what it had.
    event = _event(str(meeting.id), meeting.sequence, reverse("meeting", args=[meeting.id]))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    return _stands(event, meeting.is_planned)


def whole_series(
    series: Series, odd: Iterable[Meeting], pair: Pair, last_day: date | None = None
) -> list[Event]:
    """Regular meetings: the rule, and one event more for each date that was moved.

    `odd` has the dates that are not as the rule gives them (it may have others, and dates of other series).
    `last_day` is the day on which the two mean to end their pair.
    """
    dates = [one for one in odd if one.series_id == series.id]
    # Nothing changes without one of these growing, and none of them ever shrinks.
    sequence = series.sequence + sum(one.sequence for one in dates)
    moved = [one for one in dates if one.is_planned and (one.moved or one.minutes != series.minutes)]
    kept = [one.slot for one in moved if one.slot]
    last = _last_begin(series, last_day, kept)
    goes_on = series.ended_at is None and last_day is None
    left_out = {one.slot for one in dates if one.slot and not one.is_planned} | set(_pausing(series, pair))
    return [
        _rule(series, left_out, last, goes_on, sequence),
        *(_moved(series, one, sequence) for one in moved),
    ]


def _rule(series: Series, left_out: set[date], last: datetime | None, goes_on: bool, sequence: int) -> Event:
    """The rule without the days `left_out`, up to its `last` date. One that neither goes on nor has a last
    date has none at all."""
    rhythm = rhythm_of(series)
    event = _event(str(series.id), sequence, reverse("series", args=[series.pair_id]))
    event.add("dtstart", _local(series, series.starts_on))
    event.add("duration", timedelta(minutes=series.minutes))
    rule: dict[str, str | int | datetime] = dict(rhythm.rrule())
    if last is not None:
        rule["UNTIL"] = last
    event.add("rrule", rule)
    days = [day for day in sorted(left_out) if last is None or rhythm.moment(day) <= last]
    if days:
        event.add("exdate", [_local(series, day) for day in days])
    return _stands(event, goes_on or last is not None)


def _last_begin(series: Series, last_day: date | None, moved: list[date]) -> datetime | None:
    """When the last date begins of a series that has ended or has a last day; None when it goes on, or has no
    date. `moved` are days of dates that stand elsewhere: the rule reaches to them."""
    end, rhythm = series.ended_at, rhythm_of(series)
    if end is None and last_day is None:
        return None

    def within(day: date) -> bool:
        return (last_day is None or day <= last_day) and (end is None or rhythm.moment(day) <= end)

    days = [*takewhile(within, rhythm.days(series.starts_on)), *moved]
    return max(map(rhythm.moment, days), default=None)


def _moved(series: Series, meeting: Meeting, sequence: int) -> Event:
    assert meeting.slot is not None
    event = _event(str(series.id), sequence, reverse("meeting", args=[meeting.id]))
    event.add("recurrence-id", _local(series, meeting.slot))
    begins = meeting.starts_at.astimezone(ZoneInfo(series.zone))
    # A time that clocks show twice means the first to every reader; the second is written in UTC.
    event.add("dtstart", begins.astimezone(UTC) if begins.fold else begins)
    event.add("duration", timedelta(minutes=meeting.minutes))
    return _stands(event, planned=True)


def _event(uid: str, sequence: int, path: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now())
    event.add("summary", gettext("Bothways meeting"))
    event.add("url", f"{settings.SITE_URL}{path}")
    event.add("class", "PRIVATE")
    return event


def _stands(event: Event, planned: bool) -> Event:
    event.add("status", "CONFIRMED" if planned else "CANCELLED")
    event.add("transp", "OPAQUE" if planned else "TRANSPARENT")
    return event


def _local(series: Series, day: date) -> datetime:
    return datetime.combine(day, series.at, tzinfo=ZoneInfo(series.zone))


def _pausing(series: Series, pair: Pair) -> list[date]:
    """The days of a pause that lie ahead, also where there are no rows yet."""
    until = pair.paused_until
    if until is None or series.ended_at is not None:
        return []
    return list(takewhile(lambda day: day < until, rhythm_of(series).days(now().date())))


def _zones(events: list[Event]) -> list[Timezone]:
    begins: dict[str, date] = {}
    for event in events:
        zone, day = event["dtstart"].params.get("TZID"), event.decoded("dtstart").date()
        if zone:
            begins[zone] = min(day, begins.get(zone, day))
    last = now().year
    return [
        vtimezone(zone, first.year - 1, max(first.year, last) + ZONE_YEARS)
        for zone, first in sorted(begins.items())
    ]
