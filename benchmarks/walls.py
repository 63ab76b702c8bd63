"""What the walls cost: pages through row security as the serving role, against the same pages without either.

Baseline "superuser": the same program on a connection of the database's superuser, who passes row security
by, with the session looked up once a request and no transaction entered. Both answer the same requests in
turn, in one process, over one PostgreSQL. Medians of whole requests through Django's test client.

    ./dev bench walls [--requests N]

Writes docs/security/cost.md. The database is made for the run and dropped after it.
"""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
os.environ.setdefault("BOTHWAYS_SECRET_KEY", secrets.token_hex(32))
os.environ.setdefault("BOTHWAYS_MASTER_KEY", base64.b64encode(secrets.token_bytes(32)).decode())
os.environ["BOTHWAYS_ROLE"] = "owner"
os.environ["BOTHWAYS_TEST_NAME"] = f"bench_walls_{os.getpid()}"
os.environ["BOTHWAYS_HOSTS"] = "testserver"

TARGET = 1.5
LINES = 40
WITH, WITHOUT = "walls", "superuser"


def world():
    """A pair with months of history, and a request that its coordinator has opened."""
    from datetime import timedelta

    from tests.world import build

    from bothways.core.clock.api import now, travelled
    from bothways.help import opening
    from bothways.meet import api as meet

    made = build()
    for day in range(LINES):
        with travelled(timedelta(hours=12 * day)):
            meet.write_journal(made.bo.who, pair_id=made.pair.id, words=f"A walk, day {day}")
            if day < 20:
                meet.plan(
                    made.amina.who,
                    pair_id=made.pair.id,
                    starts_at=now() + timedelta(days=2),
                    minutes=60,
                    mode=0,
                    place="At the library",
                )
    request = made.requests["coordinators"].strip("/").split("/")[1]
    opening.open_with_receipt(made.eli.who, request_id=request)
    return made


class Unwalled:
    """In the place of the product's middleware: who acts is looked up, and no transaction is entered."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request):
        from bothways.core.identity.api import acting
        from bothways.core.identity.middleware import SESSION_KEY

        request.acting = acting(str(request.session.get(SESSION_KEY, "")))
        return self.get_response(request)


def serving_role() -> dict[str, str]:
    """A role that may sign in and has the rights of pages, on each database."""
    from django.db import connections
    from psycopg import sql

    name = f"bench_{os.getpid()}"
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            if cursor.fetchone() is None:
                role = sql.Identifier(name)
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE bothways_web").format(role))
    return {"USER": name}


@contextmanager
def connected(changes: dict[str, str]):
    """Connections made anew with these settings."""
    from django.db import connections

    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "keys")}
    connections.close_all()
    for alias in before:
        connections[alias].settings_dict.update(changes)
    try:
        yield
    finally:
        connections.close_all()
        for alias, settings in before.items():
            connections[alias].settings_dict.update(settings)


def measure(pages: dict[str, tuple[object, str]], requests: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each request, by page and way; the two ways in turn, in blocks of ten."""
    from django.conf import settings
    from django.test import Client, override_settings

    walled = list(settings.MIDDLEWARE)
    ours = "bothways.core.identity.middleware.ActingMiddleware"
    plain = ["benchmarks.walls.Unwalled" if one == ours else one for one in walled]
    ways = {WITH: (walled, serving_role()), WITHOUT: (plain, {})}
    times: dict[str, dict[str, list[float]]] = {page: {WITH: [], WITHOUT: []} for page in pages}
    for block in range(requests // 10 + 1):
        for way, (middleware, changes) in ways.items():
            with override_settings(MIDDLEWARE=middleware), connected(changes):
                for page, (cookies, path) in pages.items():
                    browser = Client(HTTP_ACCEPT_LANGUAGE="en")
                    browser.cookies = cookies
                    browser.get(path)
                    for _ in range(10):
                        begun = time.perf_counter()
                        answer = browser.get(path)
                        took = (time.perf_counter() - begun) * 1000
                        assert answer.status_code == 200, (way, path, answer.status_code)
                        # The first block warms up.
                        if block:
                            times[page][way].append(took)
    return times


def report(times: dict[str, dict[str, list[float]]]) -> str:
    lines = [
        "# What the walls cost",
        "",
        "Made by `./dev bench walls`: whole requests, in milliseconds, the two ways in turn in one run.",
        "*Walls*: as the serving role, each transaction entered with the session's token, row security on.",
        "*Superuser*: the same program without both. Only the ratio carries over to other machines.",
        "",
        "| page | walls, median | walls, 95 % | superuser, median | superuser, 95 % | ratio of medians |",
        "|---|---|---|---|---|---|",
    ]
    for page, ways in times.items():
        row = [page]
        for way in (WITH, WITHOUT):
            row += [f"{statistics.median(ways[way]):.1f}", f"{statistics.quantiles(ways[way], n=20)[-1]:.1f}"]
        ratio = statistics.median(ways[WITH]) / statistics.median(ways[WITHOUT])
        lines.append("| " + " | ".join([*row, f"{ratio:.2f}"]) + " |")
    count = len(next(iter(times.values()))[WITH])
    lines += ["", f"{count} requests of each kind. The aim is a ratio of at most {TARGET}.", ""]
    return "\n".join(lines)


@contextmanager
def built():
    """The world in databases made for the run, and dropped after it."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from bothways.core.walls.api import keep_door_key

    setup_test_environment()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        keep_door_key()
        made = world()
        with connections["default"].cursor() as cursor:
            cursor.execute("ANALYZE")
        yield made
    finally:
        connections.close_all()
        teardown_databases(databases, verbosity=0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300, help="of each kind")
    options = parser.parse_args()
    with built() as made:
        amina, eli = made.browser("amina"), made.browser("eli")
        pages = {
            "a pair's page": (amina.cookies, f"/pairs/{made.pair.id}/"),
            "its journal": (amina.cookies, f"/pairs/{made.pair.id}/journal/"),
            "a coordinator's page of a request": (eli.cookies, made.requests["coordinators"]),
            "the home page": (amina.cookies, "/"),
        }
        text = report(measure(pages, options.requests))
    target = ROOT / "docs" / "security" / "cost.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
