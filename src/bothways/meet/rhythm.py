"""Which days a rhythm gives, by the clock of one place. Nothing here asks the database or the clock.

The terms are those of RFC 5545: a time that a clock jumps over is read with the offset before the jump, and
of a time that comes twice the first is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKLY, FORTNIGHTLY, MONTHLY = "weekly", "fortnightly", "monthly"
DAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, from which day, at what time, by the clock of which place."""

    kind: str
    starts_on: date
    at: time
    zone: str

    def days(self, first: date) -> Iterator[date]:
        """The days from `first` on (never before the start), without an end but that of the calendar."""
        if self.kind == MONTHLY:
            return (day for day in self._months(max(first, self.starts_on)) if day >= first)
        return self._weeks(max(first, self.starts_on))

    def has(self, day: date) -> bool:
        """Whether it gives this day."""
        return next(self.days(day), None) == day

    def moment(self, day: date) -> datetime:
        """When it begins on a day that it gives, in UTC."""
        naive = datetime.combine(day, self.at.replace(tzinfo=None, fold=0))
        return naive.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def week_of_month(self) -> int:
        """Of a monthly rhythm: 1 to 4, or LAST when it begins on the fifth such day of a month."""
        number = (self.starts_on.day - 1) // 7 + 1
        return LAST if number == 5 else number

    def rrule(self) -> dict[str, str | int]:
        """The parts of its RRULE."""
        day = DAY_NAMES[self.starts_on.weekday()]
        if self.kind == MONTHLY:
            return {"FREQ": "MONTHLY", "BYDAY": f"{self.week_of_month}{day}"}
        if self.kind == FORTNIGHTLY:
            return {"FREQ": "WEEKLY", "INTERVAL": 2, "BYDAY": day, "WKST": "MO"}
        return {"FREQ": "WEEKLY", "BYDAY": day}

    def _weeks(self, first: date) -> Iterator[date]:
        step = 14 if self.kind == FORTNIGHTLY else 7
        day = first + timedelta(days=(self.starts_on - first).days % step)
        while day < LAST_DAY:
            yield day
            day += timedelta(days=step)

    def _months(self, first: date) -> Iterator[date]:
        year, month = first.year, first.month
        while (year, month) < (LAST_DAY.year, LAST_DAY.month):
            day = self._day_in(year, month)
            if day >= self.starts_on:
                yield day
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)

    def _day_in(self, year: int, month: int) -> date:
        if self.week_of_month == LAST:
            last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            return last - timedelta(days=(last.weekday() - self.starts_on.weekday()) % 7)
        begin = date(year, month, 1)
        ahead = (self.starts_on.weekday() - begin.weekday()) % 7
        return begin + timedelta(days=ahead + 7 * (self.week_of_month - 1))
