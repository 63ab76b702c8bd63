"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.gather import telling


@every("* * * * *")
def tell_of_gatherings(timestamp: int) -> None:
    """Those who come are told that a gathering was moved, called off, or is near."""
    telling.tell_changes()
    telling.remind()
