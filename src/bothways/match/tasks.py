"""Jobs of this room."""

from __future__ import annotations

import uuid

from bothways.core.jobs.api import every, job
from bothways.match import rounds, services


@job("rounds")
def run(round_id: str) -> None:
    """Do one round. Safe to run again: a finished round is left as it is."""
    rounds.run_round(uuid.UUID(round_id))


@every("* * * * *")
def every_minute(timestamp: int = 0) -> None:
    """Close what expired, start the rounds that are due, take up rounds whose worker died."""
    services.close_expired()
    rounds.start_due()
    rounds.rescue()


@every("41 2 * * *")
def every_night(timestamp: int = 0) -> None:
    """Take people out of proposals that were closed long ago."""
    while services.forget_closed():
        pass
