from __future__ import annotations

import pytest

from tests.world import World, build


@pytest.fixture
def world(db) -> World:
    """A small whole programme (see tests/world.py)."""
    return build()
