"""Regular meetings that the two can take with one tap: from what both have said suits them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from bothways.core.clock.api import now
from bothways.meet.rhythm import FORTNIGHTLY, MONTHLY, WEEKLY, Rhythm
from bothways.meet.series import WantedSeries
from bothways.pair.api import Pair, both_can, closing_day
from bothways.programme.api import catalogue

MOST = 6
MINUTES = 60
# A time of day for each part of a day in the catalogue: morning, afternoon, evening.
TIMES = (time(10), time(15), time(18))


def proposed(pair: Pair, zone: ZoneInfo) -> list[WantedSeries]:
    """At most six, from the card that both signed, or from what suited both when they were proposed to each
    other. What suits only one of them is not in there, nor what begins after the day that they chose for the
    end."""
    can, last = both_can(pair), closing_day(pair)
    kind = can.rhythm if can.rhythm in {WEEKLY, FORTNIGHTLY, MONTHLY} else WEEKLY
    mode = next((item.number for item in catalogue.MODES if can.modes & item.bit), 0)
    earliest = now().astimezone(zone).date() + timedelta(days=1)
    if pair.paused_until is not None:
        earliest = max(earliest, pair.paused_until)
    return [
        WantedSeries(Rhythm(kind, _first(earliest, weekday), TIMES[part], zone.key), MINUTES, mode)
        for weekday, part in list(_bits(can.times))[:MOST]
        if last is None or _first(earliest, weekday) <= last
    ]


def _bits(times: int) -> Iterator[tuple[int, int]]:
    """The times of the week among the bits: day and part of the day."""
    for bit in range(catalogue.TIMES):
        if times >> bit & 1:
            yield divmod(bit, len(catalogue.PARTS))


def _first(earliest: date, weekday: int) -> date:
    return earliest + timedelta(days=(weekday - earliest.weekday()) % 7)
