from __future__ import annotations

import pytest
from django.core.cache import cache

from bothways.people.tests.carrier import carrier  # noqa: F401  (a fixture)
from bothways.people.tests.postman import noon, postman  # noqa: F401  (fixtures)
from bothways.people.tests.pusher import pusher  # noqa: F401  (a fixture)
from bothways.people.tests.reach import told  # noqa: F401  (a fixture)


@pytest.fixture(autouse=True)
def fresh_rate_limits(request) -> None:
    """The cache is a table without a model: what a test with real transactions wrote there would stay."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if _commits(request) else "db")
        cache.clear()


def _commits(request) -> bool:
    return bool(request.node.get_closest_marker("django_db").kwargs.get("transaction"))
