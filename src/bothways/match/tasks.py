"""Jobs of this room."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from bothways.match import rounds, services


@app.task(queue="rounds", pass_context=False)  # type: ignore[untyped-decorator]
def run(round_id: str) -> None:
    """Do one round. Safe to run again: a finished round is left as it is."""
    rounds.run_round(uuid.UUID(round_id))


@app.periodic(cron="* * * * *")  # type: ignore[untyped-decorator]
@app.task(queueing_lock="match.every_minute", pass_context=False)  # type: ignore[untyped-decorator]
def every_minute(timestamp: int = 0) -> None:
    """Close what expired, start the rounds that are due, take up rounds whose worker died."""
    services.close_expired()
    rounds.start_due()
    rounds.rescue()


@app.periodic(cron="41 2 * * *")  # type: ignore[untyped-decorator]
@app.task(queueing_lock="match.every_night", pass_context=False)  # type: ignore[untyped-decorator]
def every_night(timestamp: int = 0) -> None:
    """Take people out of proposals that were closed long ago."""
    while services.forget_closed():
        pass
