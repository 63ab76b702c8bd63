"""Every test may use both databases: the data and the keys."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, connections
from hypothesis import settings as hypothesis

# How long an example takes says more about what else the machine does than about the program.
hypothesis.register_profile("bothways", deadline=None)
hypothesis.load_profile("bothways")

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


@pytest.fixture
def urls(transactional_db, monkeypatch, settings, tmp_path) -> tuple[str, str]:
    """The test databases as `backup` and `restore` see them, their names typed when asked for; nobody is
    connected, and the file of departures is this test's alone."""
    from bothways.run import databases, embedded

    settings.DEPARTURES = tmp_path / "var" / "departures"
    main, keys = embedded.database_urls()
    names = [connections[alias].settings_dict["NAME"] for alias in ("default", "keys")]
    found = (databases.other(main, names[0]), databases.other(keys, names[1]))
    monkeypatch.setattr(embedded, "database_urls", lambda: found)
    monkeypatch.setattr(databases, "require_alone", _closing_ours(databases.require_alone))
    monkeypatch.setattr(builtins, "input", lambda asked: next(name for name in names if name in asked))
    return found


def _closing_ours(check: Callable[[str], None]) -> Callable[[str], None]:
    """The test itself is connected; everybody else is looked for as usual."""

    def alone(url: str) -> None:
        connections.close_all()
        check(url)

    return alone
