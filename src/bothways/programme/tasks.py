"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.programme import services


@every("* * * * *")
def forget_old_codes(timestamp: int) -> None:
    """Codes for coordinators that nobody used in time are gone."""
    services.forget_old_codes()
