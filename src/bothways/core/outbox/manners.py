"""When a message may reach somebody: their rhythm and their quiet hours, by the clock on their wall.

Knows no database. Moments are aware and in UTC; only here they become the time of a place and back, so a
change of the clocks, or of a country's rules for them, needs nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

SOON, DAILY, WEEKLY = "soon", "daily", "weekly"
# The most days in a row that are looked at: a week, and one more for a day that begins elsewhere.
_DAYS = 9


@dataclass(frozen=True, slots=True)
class Manners:
    """How somebody wants to be told: at most `per_week` messages in seven days, and none in quiet hours.

    `day` (0 is Monday) counts for WEEKLY alone, `at` for DAILY and WEEKLY. Quiet hours that begin when they
    end are none.
    """

    zone: ZoneInfo
    per_week: int
    rhythm: str = SOON
    day: int = 0
    at: time = time(18)
    quiet_from: time = time(21)
    quiet_until: time = time(8)

    def is_quiet(self, moment: datetime) -> bool:
        """Whether the clock on the wall shows a quiet hour at this moment."""
        return in_quiet_hours(moment.astimezone(self.zone).time(), self.quiet_from, self.quiet_until)

    def next_time(self, since: datetime) -> datetime:
        """The first moment from `since` on at which something that happened then may be told."""
        if self.rhythm == SOON:
            return self.not_quiet(since)
        for moment in self._moments_at(self.at, since):
            if self.rhythm == DAILY or moment.astimezone(self.zone).weekday() == self.day:
                return self.not_quiet(moment)
        raise ValueError(f"no rhythm is called {self.rhythm!r}")

    def not_quiet(self, moment: datetime) -> datetime:
        """The same moment, or the end of the quiet hours in which it lies."""
        if not self.is_quiet(moment):
            return moment
        return next(end for end in self._moments_at(self.quiet_until, moment) if not self.is_quiet(end))

    def _moments_at(self, clock: time, since: datetime) -> list[datetime]:
        """When the clock on the wall shows this time from `since` on, one moment for each day.

        On a day whose clock leaps over it, the moment at which it would have come; on a day that has it
        twice, the first of the two.
        """
        first = since.astimezone(self.zone).date() - timedelta(days=1)
        days = [first + timedelta(days=number) for number in range(_DAYS + 1)]
        moments = [datetime.combine(day, clock, self.zone).astimezone(UTC) for day in days]
        return [moment for moment in moments if moment >= since]


def in_quiet_hours(clock: time, begin: time, end: time) -> bool:
    """Whether a time of the day lies from `begin` up to, not including, `end`; over midnight too."""
    if begin <= end:
        return begin <= clock < end
    return clock >= begin or clock < end
