"""What tests about reaching people share."""

from __future__ import annotations

from bothways.core.outbox import api as outbox
from bothways.core.walls import api as walls

# The form of the page "How Bothways reaches me", as somebody new finds it.
REACH = {
    "notices_by": "letter",
    "told": "soon",
    "told_day": "0",
    "told_at": "18",
    "notices_per_week": "3",
    "quiet_from": "21",
    "quiet_until": "8",
}


def deliver() -> int:
    """As the job does it, with the rights of jobs."""
    with walls.working():
        return outbox.deliver()
