"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.pair import closings, in_touch, services


@every("7 * * * *")
def clear_pauses(timestamp: int) -> None:
    """Pairs whose pause is over are live again."""
    services.clear_pauses()


@every("17 * * * *")
def tell_whose_day_has_come(timestamp: int) -> None:
    """Two people who planned an ending hear that its day is here."""
    closings.tell_whose_day_has_come()


@every("27 * * * *")
def forget_in_touch(timestamp: int) -> None:
    """What two people kept of each other for a while after the end goes."""
    in_touch.forget_in_touch()
