"""Trying something without keeping it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.db import transaction


def lasting(alias: str) -> transaction.Atomic:
    """A savepoint in which the services' own durable transactions may begin: in real life they are the
    outermost."""
    block = transaction.atomic(using=alias)
    block._from_testcase = True  # type: ignore[attr-defined]
    return block


@contextmanager
def undone() -> Iterator[None]:
    """Run something and take it back, as far as both databases are concerned."""
    with ExitStack() as stack:
        for alias in ("default", "keys"):
            stack.enter_context(lasting(alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield
