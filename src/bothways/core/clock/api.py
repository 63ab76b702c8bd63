"""The one clock. Nothing else in the product asks the machine for the time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

# One offset for the process, not a context variable: a test's web server answers from other threads
# and must see the same moved clock.
_offset = timedelta(0)


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return datetime.now(UTC) + _offset


def ahead() -> timedelta:
    """How far the clock is moved: nothing but in tests and in the demo, which the database asks about."""
    return _offset


def today() -> date:
    """The present date in UTC."""
    return now().date()


def moments(day: date, at: clock_time, zone: ZoneInfo) -> list[datetime]:
    """The moments, in UTC, that a clock in `zone` shows as `day` and `at`, earliest first.

    Usually one. Two when the clocks go back over this time, none when they go forward over it.
    Raises OverflowError at the ends of the calendar.
    """
    naive = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    found = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(m for m in found if m.astimezone(zone).replace(tzinfo=None, fold=0) == naive)


def wait_for_full_step(begun: float, step: float) -> None:
    """Sleep until a whole number of steps (seconds) has passed since `begun`, of `time.monotonic`.

    What took a little longer and what took a little less then end at the same moment. No step: no wait.
    """
    if step:
        spent = time.monotonic() - begun
        time.sleep(math.ceil(spent / step) * step - spent)


@contextmanager
def travelled(delta: timedelta) -> Iterator[None]:
    """Move the clock by `delta` (on top of what it is moved already) inside the block.

    Used by tests and by the demo, which lives through a year of synthetic history.
    """
    global _offset
    before = _offset
    _offset = before + delta
    try:
        yield
    finally:
        _offset = before
