"""Several people do something at the same moment, each over a database connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

PATIENCE = 30


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run each in its own thread; what each returned or raised."""
    results: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            results[number] = acts[number]()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return results


def raised_at_once(*acts: Callable[[], Any]) -> list[Exception | None]:
    """The same; what each raised, None where it went well."""
    return [result if isinstance(result, Exception) else None for result in at_once(*acts)]
