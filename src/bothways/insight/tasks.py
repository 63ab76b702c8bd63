from __future__ import annotations

from bothways.core.jobs.api import every, job
from bothways.insight import wording
from bothways.insight.services import publish_due


@every("17 3 * * *")
def publish_figures(timestamp: int) -> None:
    """Every night: publish the periods that have ended and are not out yet."""
    publish_due()


@job()
def tell_of_call(call_id: int) -> None:
    """Leave the notices of a call."""
    wording.tell(call_id)
