"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.pair import closings, services


@every("7 * * * *")
def clear_pauses(timestamp: int) -> None:
    """Pairs whose pause is over are live again."""
    services.clear_pauses()


@every("17 * * * *")
def tell_whose_day_has_come(timestamp: int) -> None:
    """Two people who planned an ending hear that its day is here."""
    closings.tell_whose_day_has_come()
