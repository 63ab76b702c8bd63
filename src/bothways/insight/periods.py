"""Quarters and months in a programme's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year: `Quarter(2026, 3)` is July to September 2026."""

    kind: ClassVar[str] = "quarter"
    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime, zone: str) -> Quarter:
        local = moment.astimezone(ZoneInfo(zone))
        return cls(local.year, (local.month - 1) // 3 + 1)

    @property
    def before(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    @property
    def after(self) -> Quarter:
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def months(self) -> tuple[Month, Month, Month]:
        first = 3 * self.number - 2
        return Month(self.year, first), Month(self.year, first + 1), Month(self.year, first + 2)

    @property
    def quarter(self) -> Quarter:
        return self

    @property
    def last_month(self) -> Month:
        return self.months[2]

    @property
    def index(self) -> int:
        """Quarters since year 0."""
        return 4 * self.year + self.number - 1

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Its first moment and the first moment after it."""
        return self.months[0].span(zone)[0], self.after.months[0].span(zone)[0]


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month: `Month(2026, 3)` is March 2026."""

    kind: ClassVar[str] = "month"
    year: int
    number: int

    @property
    def after(self) -> Month:
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.year, (self.number - 1) // 3 + 1)

    @property
    def last_month(self) -> Month:
        return self

    @property
    def index(self) -> int:
        """Months since year 0."""
        return 12 * self.year + self.number - 1

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Its first moment and the first moment after it."""
        return self._start(zone), self.after._start(zone)

    def _start(self, zone: str) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=ZoneInfo(zone))


Period = Quarter | Month
