"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.days import services


@every("13 * * * *")
def remind_of_days(timestamp: int) -> None:
    """Tell the two of a pair that a day they wrote down is near."""
    services.remind()
