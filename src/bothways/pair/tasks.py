"""Jobs of this room."""

from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.pair import services


@every("7 * * * *")
def clear_pauses(timestamp: int) -> None:
    """Pairs whose pause is over are live again."""
    services.clear_pauses()
