"""Several processes at once, each letting some of the invented people act."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from types import TracebackType
from typing import TypeVar

from django.db import connections

Given = TypeVar("Given")
Made = TypeVar("Made")
BATCH = 20


class Crew:
    """Applies a function to batches of people, in `processes` processes; results come in order.

    With one process everything happens in this one, and on its own database connections.
    """

    def __init__(self, processes: int | None = None) -> None:
        self.processes = processes or os.cpu_count() or 1
        self._pool: Executor | None = None

    def __enter__(self) -> Crew:
        if self.processes > 1:
            # Spawned, not forked: a database connection does not survive being in two processes.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.processes, mp_context=context, initializer=_begin)
            # They load the program while the first thing of the story happens.
            for _ in range(self.processes):
                self._pool.submit(os.getpid)
        else:
            write_lazily()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(
        self, do: Callable[[Sequence[Given]], list[Made]], people: Sequence[Given]
    ) -> Iterator[list[Made]]:
        """`do` for every batch of `people`; yields the result of each batch, in order."""
        batches = [people[start : start + BATCH] for start in range(0, len(people), BATCH)]
        yield from self._pool.map(do, batches) if self._pool else map(do, batches)


def write_lazily() -> None:
    """Invented people may be lost in a power cut: do not wait for the disk at each of their steps."""
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")


def _begin() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
    django.setup()
    # Many short-lived rows: looking for cycles among them is a tenth of the time and finds nothing.
    gc.set_threshold(100_000, 50, 50)
    for alias in ("default", "keys"):
        # Thousands take the same steps: PostgreSQL keeps the plans of their statements.
        connections[alias].settings_dict["OPTIONS"] |= {"prepare_threshold": 3}
    write_lazily()
