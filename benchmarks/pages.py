"""What the pages of a pair cost, against a bare Django view with one question to the database.

Baseline "bare": Django's own middleware (sessions, sign-in, CSRF), one query by key, a template of a line.
Ours are served as ever: as the serving role, through row security, with months of history. All answer
in turn, in one process, over one PostgreSQL. Medians of whole requests through Django's test client.

    ./dev bench pages [--requests N]

Writes benchmarks/results/pages.md. The database is made for the run and dropped after it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import uuid
from types import ModuleType
from typing import Any

from walls import ROOT, built, connected, serving_role

TARGET, MOST_QUERIES = 3, 12
# Whoever serves has connections open, and PostgreSQL keeps the plan of what came often enough on them.
WARM = 12
RESULT = ROOT / "benchmarks" / "results" / "pages.md"
BARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def bare(request: Any, pair_id: uuid.UUID) -> Any:
    from django.http import HttpResponse
    from django.template import engines

    from bothways.pair.models import Pair

    pair = Pair.objects.get(id=pair_id)
    template = engines["django"].from_string(
        "<!doctype html><title>{{ pair.id }}</title><p>{{ pair.made_at }}</p>"
    )
    return HttpResponse(template.render({"pair": pair}, request))


def bare_urls() -> Any:
    from django.urls import path

    urls: Any = ModuleType("bare_urls")
    urls.urlpatterns = [path("bare/<uuid:pair_id>/", bare)]
    return urls


def milliseconds(browser: Any, path: str, times: int) -> list[float]:
    out = []
    for _ in range(WARM):
        browser.get(path)
    for _ in range(times):
        begun = time.perf_counter()
        answer = browser.get(path)
        out.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return out


def queries(browser: Any, path: str) -> int:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connections["default"]) as caught:
        browser.get(path)
    return len(caught)


def measure(made: Any, pages: dict[str, str], requests: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Milliseconds of each request of each page and of "bare", and the queries of each page."""
    from django.test import Client, override_settings

    ours = Client(HTTP_ACCEPT_LANGUAGE="en")
    ours.cookies = made.browser("amina").cookies
    urls = bare_urls()
    times: dict[str, list[float]] = {name: [] for name in ("bare", *pages)}
    asked: dict[str, int] = {}
    for block in range(requests // 10 + 1):
        found: dict[str, list[float]] = {}
        with override_settings(MIDDLEWARE=BARE, ROOT_URLCONF=urls), connected({}):
            found["bare"] = milliseconds(Client(), f"/bare/{made.pair.id}/", 10)
        with connected(serving_role()):
            for name, path in pages.items():
                found[name] = milliseconds(ours, path, 10)
                asked[name] = queries(ours, path)
        for name, some in found.items() if block else ():  # the first block warms up
            times[name] += some
    return times, asked


def report(times: dict[str, list[float]], asked: dict[str, int]) -> str:
    base = statistics.median(times["bare"])
    lines = [
        "# The pages of a pair: measured",
        "",
        "`./dev bench pages`: whole requests in milliseconds, in turn in one run. *Bare* is a Django view",
        "with Django's middleware, one query and a template of a line; ours go through row security, with",
        "months of history. *The promises* is a page that asks nothing of its own: what every page costs.",
        "",
        "| page | median | 95 % | / bare | queries |",
        "|---|---|---|---|---|",
    ]
    for name, some in times.items():
        median, most = statistics.median(some), statistics.quantiles(some, n=20)[-1]
        lines.append(f"| {name} | {median:.1f} | {most:.1f} | {median / base:.1f} | {asked.get(name, 1)} |")
    count = len(times["bare"])
    aim = f"The aim for a pair's page: {TARGET} times bare at most, and {MOST_QUERIES} queries."
    return "\n".join([*lines, "", f"{count} requests of each kind. {aim}", ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="of each kind")
    wanted = parser.parse_args()
    with built() as made:
        pair = f"/pairs/{made.pair.id}/"
        parts = {"a pair's page": "", "its messages": "messages/", "its meetings": "meetings/"}
        parts |= {"its regular meetings": "regular/", "its days": "occasions/"}
        parts |= {"its journal": "journal/", "its next steps": "goals/"}
        # A page that asks nothing of its own: what signing in, the headers and the frame of every page cost.
        pages = {"the promises": "/charter/"} | {name: pair + part for name, part in parts.items()}
        text = report(*measure(made, pages, wanted.requests))
    RESULT.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
