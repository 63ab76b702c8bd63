"""The time zones in calendar files say what the clocks of the place really do."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothways.meet.calendar_zones import changes, vtimezone
from bothways.meet.tests import strict_ics

ZONES = [
    "Europe/London",
    "America/New_York",
    "Africa/Cairo",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
]


def offsets_of(zone: str, first: int, last: int):
    raw = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n%sEND:VCALENDAR\r\n"
    (part,) = strict_ics.parsed(raw % vtimezone(zone, first, last).to_ical()).parts
    return strict_ics._changes(part)


@pytest.mark.parametrize("zone", ZONES)
@given(st.datetimes(datetime(2025, 1, 1, 12), datetime(2032, 12, 30)))
def test_every_time_on_the_clock_is_the_same_moment(zone: str, wall: datetime) -> None:
    offsets = _kept(zone)
    # A time that comes twice is the first one in a calendar file: it cannot say which.
    plain = wall.replace(second=0, microsecond=0, fold=0)
    assert strict_ics._utc(plain, offsets) == plain.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_also_around_every_change(zone: str) -> None:
    offsets = _kept(zone)
    for change in changes(zone, 2025, 2032)[1:]:
        for minutes in range(-150, 151, 10):
            wall = change.at + timedelta(minutes=minutes)
            moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
            assert strict_ics._utc(wall, offsets) == moment, (zone, wall)


def test_the_clocks_of_london_change_at_one() -> None:
    first, spring, autumn = changes("Europe/London", 2027, 2027)
    assert (first.before, spring.at) == (first.after, datetime(2027, 3, 28, 1))
    assert autumn.at == datetime(2027, 10, 31, 2)


@functools.cache
def _kept(zone: str):
    return offsets_of(zone, 2025, 2033)
