"""Every test may use both databases: the data and the keys."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None and "databases" not in marker.kwargs:
            item.add_marker(pytest.mark.django_db(databases="__all__", **marker.kwargs), append=False)


@pytest.fixture(autouse=True, scope="session")
def addresses_of_a_real_installation() -> None:
    """Load the table of addresses before any test turns on the demo: it is made once for each process."""
    importlib.import_module("bothways.config.urls")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """The test databases know the key of the sign-in pages, as a real one does after its first start."""
    from bothways.core.walls.api import keep_door_key

    with django_db_blocker.unblock():
        keep_door_key()


# Tables without a model of ours: no flush between tests reaches them.
UNFLUSHED = ("cache", "procrastinate_periodic_defers", "procrastinate_events", "procrastinate_jobs")


@pytest.fixture(autouse=True)
def no_leftovers(request: pytest.FixtureRequest) -> None:
    """No test meets the rate limits or the jobs of an earlier one that really committed."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
        with connection.cursor() as cursor:
            for table in UNFLUSHED:
                cursor.execute(f"DELETE FROM {table}")


@pytest.fixture(autouse=True)
def plain_static_files(settings) -> None:
    """Tests of pages need no manifest of compressed files; the browser tests collect one."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
