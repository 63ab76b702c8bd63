"""The door to the job queue: what runs in the background, and what runs by the clock."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app

from bothways.core.walls import api as walls


def job(queue: str = "default") -> Callable[[Callable[..., None]], Any]:
    """Make a function a job: `name.defer(...)` puts it in the queue, in the caller's transaction.

    Its arguments are ids and numbers, never words.
    """

    def register(work: Callable[..., None]) -> Any:
        return app.task(queue=queue, pass_context=False)(_as_job(work))

    return register


def every(cron: str) -> Callable[[Callable[[int], None]], Any]:
    """Run a function by the clock. It gets the time it was due at, in seconds, and must bear running twice.

    At most one waits in the queue. There is no lock on its running: the lock of a worker that was
    killed would never be given back, and nobody would be erased or told anything any more.
    """

    def register(work: Callable[[int], None]) -> Any:
        lock = f"{work.__module__}.{work.__name__}"
        task = app.task(queueing_lock=lock, pass_context=False)(_as_job(work))
        return app.periodic(cron=cron)(task)

    return register


def _as_job(work: Callable[..., None]) -> Callable[..., None]:
    """Run it with the rights of jobs, whoever calls it."""

    @functools.wraps(work)
    def run(*args: Any, **kwargs: Any) -> None:
        with walls.working():
            work(*args, **kwargs)

    return run
