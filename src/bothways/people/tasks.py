"""What runs by the clock: letters, leaving that was interrupted, and clearing away."""

from __future__ import annotations

from procrastinate.contrib.django import app

from bothways.core.outbox import api as outbox
from bothways.people import leaving, tidying


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]
@app.task(queueing_lock="people.deliver_notices", lock="people.deliver_notices")  # type: ignore[untyped-decorator]
def deliver_notices(timestamp: int) -> None:
    """Send the letters that wait."""
    outbox.deliver()


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]
@app.task(queueing_lock="people.finish_leaving", lock="people.finish_leaving")  # type: ignore[untyped-decorator]
def finish_leaving(timestamp: int) -> None:
    """Erase whoever left while the program was stopped halfway."""
    leaving.finish_leaving()


@app.periodic(cron="17 * * * *")  # type: ignore[untyped-decorator]
@app.task(queueing_lock="people.tidy", lock="people.tidy")  # type: ignore[untyped-decorator]
def tidy(timestamp: int) -> None:
    """Remove accounts that nobody confirmed, and what is left of ended sessions."""
    tidying.remove_unconfirmed()
    tidying.clear_sessions()
