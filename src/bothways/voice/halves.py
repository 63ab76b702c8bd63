"""Half-years in a programme's own time zone, and when in them the questions are asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    """`HalfYear(2026, 1)` is January to June 2026."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime, zone: str) -> HalfYear:
        local = moment.astimezone(ZoneInfo(zone))
        return cls(local.year, 1 if local.month <= 6 else 2)

    def asked(self, zone: str) -> tuple[datetime, datetime]:
        """The first moment of its last month, June or December, and the first moment after that.

        The last month, so that what opens the sums is destroyed hours after the last answer.
        """
        tz = ZoneInfo(zone)
        if self.number == 1:
            return datetime(self.year, 6, 1, tzinfo=tz), datetime(self.year, 7, 1, tzinfo=tz)
        return datetime(self.year, 12, 1, tzinfo=tz), datetime(self.year + 1, 1, 1, tzinfo=tz)
