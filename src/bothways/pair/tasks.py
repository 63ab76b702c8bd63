"""Jobs of this room."""

from __future__ import annotations

from procrastinate.contrib.django import app

from bothways.pair import services


@app.periodic(cron="7 * * * *")  # type: ignore[untyped-decorator]
@app.task(queueing_lock="pair.clear_pauses", lock="pair.clear_pauses")  # type: ignore[untyped-decorator]
def clear_pauses(timestamp: int) -> None:
    """Pairs whose pause is over are live again."""
    services.clear_pauses()
