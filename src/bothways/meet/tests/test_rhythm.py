"""Which days a rhythm gives: against rules written out by hand, and against the database's own words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import islice, pairwise

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bothways.meet.rhythm import FORTNIGHTLY, LAST, MONTHLY, WEEKLY, Rhythm

KINDS = st.sampled_from([WEEKLY, FORTNIGHTLY, MONTHLY])
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def rhythm(kind: str, starts_on: date, at: time = time(16), zone: str = "Europe/London") -> Rhythm:
    return Rhythm(kind, starts_on, at, zone)


def first(kind: str, starts_on: date, number: int = 4, since: date | None = None) -> list[str]:
    return [str(day) for day in islice(rhythm(kind, starts_on).days(since or starts_on), number)]


def test_the_days_by_hand() -> None:
    assert first(WEEKLY, date(2026, 12, 24), 3) == ["2026-12-24", "2026-12-31", "2027-01-07"]
    assert first(FORTNIGHTLY, date(2026, 12, 24), 3) == ["2026-12-24", "2027-01-07", "2027-01-21"]
    # The second Thursday.
    assert first(MONTHLY, date(2026, 11, 12), 3) == ["2026-11-12", "2026-12-10", "2027-01-14"]
    # The fifth Sunday of a month is its last, and so are those of the months that have four.
    assert first(MONTHLY, date(2026, 11, 29), 3) == ["2026-11-29", "2026-12-27", "2027-01-31"]
    assert first(FORTNIGHTLY, date(2026, 12, 24), 1, date(2027, 1, 8)) == ["2027-01-21"]
    assert first(MONTHLY, date(2026, 11, 12), 1, date(2026, 12, 11)) == ["2027-01-14"]


@pytest.mark.parametrize(
    ("kind", "starts_on", "rule"),
    [
        (WEEKLY, date(2026, 12, 24), {"FREQ": "WEEKLY", "BYDAY": "TH"}),
        (FORTNIGHTLY, date(2026, 12, 25), {"FREQ": "WEEKLY", "INTERVAL": 2, "BYDAY": "FR", "WKST": "MO"}),
        (MONTHLY, date(2026, 11, 12), {"FREQ": "MONTHLY", "BYDAY": "2TH"}),
        (MONTHLY, date(2026, 11, 29), {"FREQ": "MONTHLY", "BYDAY": "-1SU"}),
    ],
)
def test_the_terms_of_the_standard(kind, starts_on, rule) -> None:
    assert rhythm(kind, starts_on).rrule() == rule


@given(KINDS, DAYS, DAYS)
def test_days_come_in_order_and_begin_where_they_are_asked_for(kind, starts_on, since) -> None:
    one = rhythm(kind, starts_on)
    days = list(islice(one.days(since), 20))
    assert days == sorted(set(days))
    assert days[0] >= max(since, starts_on)
    assert {day.weekday() for day in days} == {starts_on.weekday()}
    assert next(one.days(starts_on)) == starts_on
    # Asked for later, they are the same ones.
    assert list(islice(one.days(days[3]), 17)) == days[3:]
    if kind == MONTHLY:
        months = [day.year * 12 + day.month for day in days]
        assert months == list(range(months[0], months[0] + 20))
    else:
        assert {(b - a).days for a, b in pairwise(days)} == {7 if kind == WEEKLY else 14}


@pytest.mark.django_db
@given(KINDS, DAYS, DAYS)
def test_the_database_knows_the_same_days(kind, starts_on, day) -> None:
    one = rhythm(kind, starts_on)
    asked = {day, next(one.days(day))}
    with connection.cursor() as cursor:
        for each in asked:
            cursor.execute("SELECT meet_rhythm_has(%s, %s, %s)", [kind, starts_on, each])
            assert cursor.fetchone() == (one.has(each),), each


def test_the_clock_on_the_wall_stays() -> None:
    one = rhythm(WEEKLY, date(2026, 10, 18), time(16), "Europe/London")
    found = [one.moment(day) for day in islice(one.days(one.starts_on), 2)]
    assert found == [datetime(2026, 10, 18, 15, tzinfo=UTC), datetime(2026, 10, 25, 16, tzinfo=UTC)]


def test_the_two_odd_hours() -> None:
    # Jumped over: the offset before the jump counts. Twice: the first counts.
    jumped = rhythm(WEEKLY, date(2027, 3, 28), time(1, 30), "Europe/London")
    assert jumped.moment(date(2027, 3, 28)) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    twice = rhythm(WEEKLY, date(2026, 10, 25), time(1, 30), "Europe/London")
    assert twice.moment(date(2026, 10, 25)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_fifth_day_is_the_last() -> None:
    assert rhythm(MONTHLY, date(2026, 1, 29)).week_of_month == LAST
    assert rhythm(MONTHLY, date(2026, 1, 28)).week_of_month == 4
