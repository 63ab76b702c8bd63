from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page that was asked for leaves its language switched on in the thread of the test."""
    with override("en"):
        yield
