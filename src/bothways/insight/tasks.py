from __future__ import annotations

from bothways.core.jobs.api import every
from bothways.insight.services import publish_due


@every("17 3 * * *")
def publish_figures(timestamp: int) -> None:
    """Every night: publish the quarters that have ended and are not out yet."""
    publish_due()
