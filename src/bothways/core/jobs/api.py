"""The door to the job queue: what runs in the background, and what runs by the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app


def job(queue: str = "default") -> Callable[[Callable[..., None]], Any]:
    """Make a function a job: `name.defer(...)` puts it in the queue, in the caller's transaction.

    Its arguments are ids and numbers, never words.
    """

    def register(work: Callable[..., None]) -> Any:
        return app.task(queue=queue, pass_context=False)(work)

    return register


def every(cron: str) -> Callable[[Callable[[int], None]], Any]:
    """Run a function by the clock. It gets the time it was due at, in seconds, and must bear running twice.

    At most one waits in the queue. There is no lock on its running: the lock of a worker that was
    killed would never be given back, and nobody would be erased or told anything any more.
    """

    def register(work: Callable[[int], None]) -> Any:
        task = app.task(queueing_lock=f"{work.__module__}.{work.__name__}", pass_context=False)(work)
        return app.periodic(cron=cron)(task)

    return register
