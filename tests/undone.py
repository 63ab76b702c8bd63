"""Trying something without keeping it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """Run something and take it back, as far as both databases are concerned."""
    with ExitStack() as stack:
        for alias in ("default", "keys"):
            block = transaction.atomic(using=alias)
            # The services' own durable transactions are the outermost in real life.
            block._from_testcase = True  # type: ignore[attr-defined]
            stack.enter_context(block)
            stack.callback(transaction.set_rollback, True, using=alias)
        yield
