from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.voice import services


@every("37 * * * *")
def open_questions(timestamp: int) -> None:
    """In June and December: let each programme's members be asked. And destroy keys whose sums are gone."""
    services.open_due()
