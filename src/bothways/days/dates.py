"""When a day comes next, and when to say so. Plain dates; knows neither people nor tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

# The year that stands in a date of which only month and day count. It has a 29 February.
ANY_YEAR = 2000
# So far ahead a single day can be written down, and festivals are known.
FARTHEST = timedelta(days=2 * 365 + 1)
ONE_DAY = timedelta(days=1)


def as_written(days: Iterable[date]) -> list[str]:
    """Dates as they are kept."""
    return [day.isoformat() for day in sorted(set(days))]


def without_year(day: date) -> date:
    """Month and day alone."""
    return day.replace(year=ANY_YEAR)


def coming(dates: Sequence[str], each_year: bool, since: date) -> Iterator[date]:
    """The days themselves from `since` on, the earliest first. Endless for a day that comes each year."""
    days = [date.fromisoformat(one) for one in dates]
    if not each_year:
        yield from (day for day in days if day >= since)
        return
    for year in range(since.year, since.year + 20):
        day = _in_year(days[0], year)
        if day >= since:
            yield day


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        # 29 February: a day earlier in the years that have none.
        return date(year, 2, 28)


def first_reminder(dates: Sequence[str], each_year: bool, before: int, today: date) -> date | None:
    """When to remind of a day that is written down today: not today itself, and not when it is over."""
    day = next(coming(dates, each_year, today + ONE_DAY), None)
    return max(day - timedelta(days=before), today + ONE_DAY) if day else None


def next_reminder(dates: Sequence[str], each_year: bool, before: int, told_on: date) -> date | None:
    """When to remind again, after the reminder of `told_on`."""
    days = coming(dates, each_year, told_on)
    told_of = next(days, None)
    day = next(days, None)
    return max(day - timedelta(days=before), told_of + ONE_DAY) if day and told_of else None
