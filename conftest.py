"""Every test may use both databases: the data and the keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache

ROOT = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None and "databases" not in marker.kwargs:
            item.add_marker(pytest.mark.django_db(databases="__all__", **marker.kwargs), append=False)


@pytest.fixture(autouse=True)
def fresh_rate_limits(request: pytest.FixtureRequest) -> None:
    """Rate limits are counted in a table that has no model, so no test flush reaches it."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue(
            "db" if "transactional_db" not in request.fixturenames else "transactional_db"
        )
        cache.clear()


@pytest.fixture(autouse=True)
def plain_static_files(settings) -> None:
    """Tests of pages need no manifest of compressed files; the browser tests collect one."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
