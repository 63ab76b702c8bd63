"""Two people at the same moment, for real: two threads, two connections."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.db.models import QuerySet


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Run the actions at once. What each returned or raised, in their order."""
    results: list[Any] = [None] * len(actions)

    def run(number: int) -> None:
        try:
            results[number] = actions[number]()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def meet_before(monkeypatch: Any, module: Any, name: str) -> None:
    """Both threads reach `module.name` before either goes on, unless a lock keeps one of them away."""
    door, behind = threading.Barrier(2), getattr(module, name)

    def slow(*args: Any, **kwargs: Any) -> Any:
        with contextlib.suppress(threading.BrokenBarrierError):
            door.wait(1.0)
        return behind(*args, **kwargs)

    monkeypatch.setattr(module, name, slow)


def without_locks(monkeypatch: Any) -> None:
    """Take the row locks off, to show what they are for."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)


def kinds(results: list[Any]) -> list[str]:
    """What came of each action, by type, in order of the alphabet."""
    return sorted(type(result).__name__ for result in results)
