"""Quiet hours and rhythms by the clock on somebody's wall, whatever the wall does to its clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothways.core.outbox.manners import DAILY, SOON, WEEKLY, Manners, in_quiet_hours

BERLIN = ZoneInfo("Europe/Berlin")
# Half an hour of summer time; a quarter of an hour beside the full one; a day that was left out; summer time
# that was given up; a change of the clocks at midnight, so that a day begins at one.
ZONES = (
    "Australia/Lord_Howe Asia/Kathmandu Pacific/Apia Europe/Istanbul Africa/Cairo America/Asuncion UTC"
).split()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [(time(20, 59), False), (time(21), True), (time(0), True), (time(7, 59), True), (time(8), False)],
)
def test_the_quiet_hours_go_over_midnight(clock, quiet):
    assert in_quiet_hours(clock, time(21), time(8)) is quiet


def test_the_same_hour_twice_is_no_quiet_hours():
    assert not any(in_quiet_hours(time(hour), time(8), time(8)) for hour in range(24))


@pytest.mark.parametrize(
    ("since", "told"),
    [
        # Winter: 8:00 is 7:00 UTC. In the night of 28 March the clock leaps: 8:00 is 6:00 UTC.
        (utc(2027, 3, 26, 22), utc(2027, 3, 27, 7)),
        (utc(2027, 3, 27, 22), utc(2027, 3, 28, 6)),
        # In the night of 31 October an hour comes twice: 8:00 is 7:00 UTC again.
        (utc(2027, 10, 29, 22), utc(2027, 10, 30, 6)),
        (utc(2027, 10, 30, 22), utc(2027, 10, 31, 7)),
        (utc(2027, 7, 1, 12), utc(2027, 7, 1, 12)),
    ],
)
def test_eight_is_eight_on_the_wall_also_when_the_clocks_change(since, told):
    assert Manners(BERLIN, 3).next_time(since) == told


def test_an_hour_that_a_day_does_not_have_comes_when_it_would_have_come():
    manners = Manners(BERLIN, 3, DAILY, at=time(2), quiet_from=time(0), quiet_until=time(0))
    assert manners.next_time(utc(2027, 3, 27, 12)) == utc(2027, 3, 28, 1)  # 3:00 on the wall


def test_an_hour_that_a_day_has_twice_comes_once():
    manners = Manners(BERLIN, 7, DAILY, at=time(2), quiet_from=time(0), quiet_until=time(0))
    first = manners.next_time(utc(2027, 10, 30, 12))
    assert first == utc(2027, 10, 31, 0)
    assert manners.next_time(first + timedelta(seconds=1)) == utc(2027, 11, 1, 1)


def test_rules_of_a_place_that_changed_count_from_the_day_on():
    # Cairo took summer time up again in April 2023: before it 8:00 was 6:00 UTC, and then 5:00.
    manners = Manners(ZoneInfo("Africa/Cairo"), 3)
    assert manners.next_time(utc(2022, 7, 1, 22)) == utc(2022, 7, 2, 6)
    assert manners.next_time(utc(2023, 7, 1, 22)) == utc(2023, 7, 2, 5)
    # Samoa left out 30 December 2011.
    samoa = Manners(ZoneInfo("Pacific/Apia"), 3, DAILY, at=time(9))
    first = samoa.next_time(utc(2011, 12, 29, 20))
    assert first.astimezone(samoa.zone).isoformat()[:16] == "2011-12-31T09:00"


@given(
    since=st.datetimes(datetime(2010, 1, 1), datetime(2037, 1, 1)),
    zone=st.sampled_from(ZONES),
    rhythm=st.sampled_from([SOON, DAILY, WEEKLY]),
    day=st.integers(0, 6),
    hours=st.tuples(st.integers(0, 23), st.integers(0, 23), st.integers(0, 23)),
)
def test_it_is_never_before_never_in_quiet_hours_and_never_much_later(since, zone, rhythm, day, hours):
    at, begin, end = (time(hour) for hour in hours)
    manners = Manners(ZoneInfo(zone), 3, rhythm, day, at, begin, end)
    moment = since.replace(tzinfo=UTC)
    told = manners.next_time(moment)
    assert moment <= told <= moment + timedelta(days=9)
    assert not manners.is_quiet(told)
    assert manners.next_time(moment) == told
