"""Jobs of this room."""

from __future__ import annotations

import uuid

from bothways.core.jobs.api import every, job
from bothways.match import between, rounds, running, services


@job("rounds")
def run(round_id: str) -> None:
    """Do one round. Safe to run again: a finished round is left as it is."""
    running.run_round(uuid.UUID(round_id))


@job("rounds")
def lend_a_hand(round_id: str) -> None:
    """List or price parts of a large round. Safe to run again, and with any number of others."""
    # The engine takes seconds to load; only a worker needs it.
    from bothways.match.parts import list_some
    from bothways.match.pricing import price_some

    list_some(uuid.UUID(round_id))
    price_some(uuid.UUID(round_id))


@every("* * * * *")
def every_minute(timestamp: int = 0) -> None:
    """Close what expired, start rounds that are due, look between them, rescue those whose worker died."""
    services.close_expired()
    rounds.start_due()
    rounds.look_between()
    rounds.rescue()


@every("41 2 * * *")
def every_night(timestamp: int = 0) -> None:
    """Take people out of proposals that were closed long ago, and forget looks that found nobody."""
    while services.forget_closed():
        pass
    between.forget()
