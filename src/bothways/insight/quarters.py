"""Quarters of the year in a programme's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year: `Quarter(2026, 3)` is July to September 2026."""

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

    def span(self, zone: str) -> tuple[datetime, datetime]:
        """Its first moment and the first moment after it."""
        return self._start(zone), self.after._start(zone)

    def _start(self, zone: str) -> datetime:
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=ZoneInfo(zone))
