"""Where two people who act at the same moment meet, and what came of it (see `tests/at_once.py`)."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from django.db.models import QuerySet


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
