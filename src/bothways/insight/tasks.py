from __future__ import annotations

from procrastinate.contrib.django import app

from bothways.insight.services import publish_due


@app.periodic(cron="17 3 * * *")
@app.task(queue="figures", queueing_lock="insight.publish", pass_context=False)
def publish_figures(timestamp: int) -> None:
    """Every night: publish the quarters that have ended and are not out yet."""
    publish_due()
