"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.help import opening


@every("* * * * *")
def end_old_openings(timestamp: int) -> None:
    """Requests that coordinators opened close again after half an hour."""
    opening.end_old()
