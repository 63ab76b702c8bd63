"""A time zone in the terms of RFC 5545: every change of its clocks between two years, one by one.

Not icalendar's own (7.3): that one writes the hour after the clocks went forward where the standard wants the
hour before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

STEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clocks of a place do for a while."""

    offset: timedelta
    summer: bool
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """The clocks change from one to the other; `at` is what the first one shows then."""

    at: datetime
    before: Clock
    after: Clock


def vtimezone(zone: str, first: int, last: int) -> Timezone:
    """A zone from the first day of the year `first` to the end of the year `last`."""
    component = Timezone()
    component.add("tzid", zone)
    for group in _groups(changes(zone, first, last)):
        component.add_component(_observance(group))
    return component


@lru_cache(maxsize=256)
def changes(zone: str, first: int, last: int) -> tuple[Change, ...]:
    """All changes of a zone's clocks in these years; one that changes nothing stands at the beginning."""
    info = ZoneInfo(zone)
    begin = datetime(first, 1, 1, tzinfo=UTC)
    start = _clock(info, begin)
    found = [Change((begin + start.offset).replace(tzinfo=None), start, start)]
    found += _all_changes(info, begin, datetime(last + 1, 1, 1, tzinfo=UTC))
    return tuple(found)


def _all_changes(info: ZoneInfo, moment: datetime, end: datetime) -> Iterator[Change]:
    before = _clock(info, moment)
    while moment < end:
        after = _clock(info, moment + STEP)
        if after != before:
            at = _found(info, moment, moment + STEP)
            yield Change((at + before.offset).replace(tzinfo=None), before, after)
        moment, before = moment + STEP, after


def _found(info: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first moment, on a full second, at which the clocks are those of `late`."""
    after = _clock(info, late)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (early, middle) if _clock(info, middle) == after else (middle, late)
    return late


def _clock(info: ZoneInfo, moment: datetime) -> Clock:
    local = moment.astimezone(info)
    return Clock(local.utcoffset() or timedelta(0), bool(local.dst()), local.tzname() or "")


def _groups(found: tuple[Change, ...]) -> list[list[Change]]:
    alike: dict[tuple[Clock, Clock], list[Change]] = {}
    for change in found:
        alike.setdefault((change.before, change.after), []).append(change)
    return list(alike.values())


def _observance(alike: list[Change]) -> TimezoneDaylight | TimezoneStandard:
    first, *others = alike
    part = TimezoneDaylight() if first.after.summer else TimezoneStandard()
    part.add("dtstart", first.at)
    part.add("tzoffsetfrom", first.before.offset)
    part.add("tzoffsetto", first.after.offset)
    part.add("tzname", first.after.name)
    if others:
        part.add("rdate", [change.at for change in others])
    return part
