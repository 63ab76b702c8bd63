from __future__ import annotations

from bothways.core.jobs.api import every, job
from bothways.insight import expected, wording
from bothways.insight.services import publish_due


@every("17 3 * * *")
def publish_figures(timestamp: int) -> None:
    """Every night: publish the periods that have ended and are not out yet."""
    publish_due()


@every("37 * * * *")
def tell_expected(timestamp: int) -> None:
    """About how many come to the gatherings that are near."""
    expected.tell_expected()


@job()
def tell_of_call(call_id: int) -> None:
    """Leave the notices of a call."""
    wording.tell(call_id)
