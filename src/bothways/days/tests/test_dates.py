"""When a day comes next and when its reminder does."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from bothways.days import dates

DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2040, 12, 31))


def test_a_day_of_each_year_keeps_no_year_and_comes_again() -> None:
    kept = dates.as_written([dates.without_year(date(1991, 5, 4))])
    assert kept == ["2000-05-04"]
    assert list(islice(dates.coming(kept, True, date(2027, 5, 4)), 2)) == [date(2027, 5, 4), date(2028, 5, 4)]
    assert next(dates.coming(kept, True, date(2027, 5, 5))) == date(2028, 5, 4)


def test_the_29th_of_february_is_a_day_earlier_where_there_is_none() -> None:
    kept = dates.as_written([dates.without_year(date(2024, 2, 29))])
    assert list(islice(dates.coming(kept, True, date(2027, 1, 1)), 2)) == [
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


def test_a_single_day_comes_once() -> None:
    assert list(dates.coming(["2027-05-04"], False, date(2027, 5, 4))) == [date(2027, 5, 4)]
    assert list(dates.coming(["2027-05-04"], False, date(2027, 5, 5))) == []


def test_reminders_one_after_the_other() -> None:
    festival = ["2027-03-09", "2028-02-26"]
    first = dates.first_reminder(festival, False, 7, date(2027, 1, 1))
    assert first == date(2027, 3, 2)
    second = dates.next_reminder(festival, False, 7, first)
    assert second == date(2028, 2, 19)
    assert dates.next_reminder(festival, False, 7, second) is None
    # Written down when the reminder would have been over: tomorrow, and not on the day it is written.
    assert dates.first_reminder(festival, False, 7, date(2027, 3, 5)) == date(2027, 3, 6)
    assert dates.first_reminder(["2027-03-09"], False, 0, date(2027, 3, 9)) is None


@given(DAYS, st.booleans(), st.integers(0, 30), DAYS)
def test_a_reminder_is_never_late_and_never_comes_twice_for_one_day(
    day: date, each_year: bool, before: int, today: date
) -> None:
    kept = dates.as_written([dates.without_year(day) if each_year else day])
    at = dates.first_reminder(kept, each_year, before, today)
    told = []
    while at is not None and len(told) < 4:
        assert at > today
        comes = next(dates.coming(kept, each_year, at))
        assert timedelta(0) <= comes - at <= timedelta(days=before)
        told.append(comes)
        at = dates.next_reminder(kept, each_year, before, at)
    assert len(set(told)) == len(told) and told == sorted(told)
    assert len(told) == (4 if each_year else (1 if day > today else 0))
