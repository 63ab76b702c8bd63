from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import UNFLUSHED
from django.db import connection

from bothways.people.tests.carrier import carrier  # noqa: F401  (a fixture)
from bothways.people.tests.postman import noon, postman  # noqa: F401  (fixtures)
from bothways.people.tests.pusher import pusher  # noqa: F401  (a fixture)
from tests import every_state as every
from tests.undone import undone
from tests.world import World, build


@pytest.fixture
def world(db) -> World:
    """A small whole programme (see tests/world.py)."""
    return build()


@pytest.fixture(scope="module")
def every_state(django_db_setup, django_db_blocker) -> Iterator[every.World]:
    """Everything in each of its states (see tests/every_state.py), built once for a whole file.

    Each test works in a savepoint of the world's transaction; within a test, `undone()` takes one step back.
    """
    # A file without a mark for the database would be given the real one.
    assert connection.settings_dict["NAME"].startswith("test_"), (
        "pytestmark = pytest.mark.django_db is missing"
    )
    with django_db_blocker.unblock(), undone():
        with connection.cursor() as cursor:
            for table in UNFLUSHED:
                cursor.execute(f"DELETE FROM {table}")
        yield every.build()
