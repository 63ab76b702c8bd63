"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.meet import dates, invitations


@every("11 * * * *")
def fill_series(timestamp: int) -> None:
    """Regular meetings have dates for the next weeks."""
    dates.fill_all()


@every("29 * * * *")
def clear_invitations(timestamp: int) -> None:
    """Codes for answers die with what they were about."""
    invitations.clear()
