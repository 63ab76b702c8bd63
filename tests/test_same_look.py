"""Who is blocked, who never was, who left and who was never matched look the same to a seeker.

Here the bytes, the headers and the number of questions to the databases; time is measured by `./dev attack`.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.every_state import World
from tests.matrix_sent import sent_with
from tests.test_matrix import COLUMNS, ROWS, Row, path_of, states_of
from tests.undone import undone

pytestmark = pytest.mark.django_db

# Kinds of things that have an id or a token in their address; each belongs to somebody.
OWNED = {
    "pair",
    "proposal",
    "request",
    "letter",
    "meeting",
    "line",
    "reply",
    "round",
    "passkey",
    "feed",
    "answer",
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TELLS_THE_TIME = {"Expires"}
# Of the bytes before ids and tokens are taken out; those that remain are compared one by one.
COUNTS_THE_PATH = {"Content-Length"}
STAMP = re.compile(r"DTSTAMP:\d+T\d+Z")
TOKEN = re.compile(r"name=\"(csrfmiddlewaretoken|once)\" value=\"[^\"]+\"")


@dataclass(frozen=True)
class Look:
    """All that somebody outside can see of an answer, and how much was asked for it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    queries: int


@contextmanager
def counted() -> Iterator[list[CaptureQueriesContext]]:
    with ExitStack() as stack:
        yield [stack.enter_context(CaptureQueriesContext(connections[name])) for name in connections]


def look(client: Client, path: str, sent: dict[str, Any] | None = None) -> Look:
    """Ask, take it back, and keep what was to be seen; ids and one-time tokens are left out."""
    with undone(), counted() as queries:
        answer = client.get(path) if sent is None else client.post(path, sent)
        return seen(answer, sum(len(one) for one in queries), path)


def seen(answer: HttpResponse, queries: int, path: str) -> Look:
    def plain(words: str) -> str:
        return STAMP.sub("", TOKEN.sub("", UUID.sub("<id>", words.replace(path, "<here>"))))

    left_out = TELLS_THE_TIME | COUNTS_THE_PATH
    headers = {name: plain(value) for name, value in answer.headers.items() if name not in left_out}
    # Its parts have no order.
    headers["Content-Security-Policy"] = " ".join(sorted(headers["Content-Security-Policy"].split("; ")))
    return Look(answer.status_code, tuple(sorted(headers.items())), plain(answer.content.decode()), queries)


def ghost_of(path: str) -> str:
    """The address of a thing of the same kind that never was."""
    if UUID.search(path):
        return UUID.sub(str(uuid.uuid4()), path)
    if path.startswith("/feed/"):
        return f"/feed/{secrets.token_urlsafe(32)}.ics"
    return re.sub(r"\d+", "987654321", path)


CLOSED = [row for row in ROWS if row.kind in OWNED and "404" in row.outcomes.values()]


@pytest.mark.parametrize("row", CLOSED, ids=lambda row: f"{row.method}-{row.key}-{row.kind}-{row.states[0]}")
def test_what_is_of_others_looks_like_what_never_was(row: Row, every_state: World) -> None:
    for state in states_of(every_state, row):
        path = path_of(every_state, row.name, row.kind, state)
        thing = every_state.thing(row.kind, state)
        sent = sent_with(row.key, every_state, thing) if row.method == "POST" else None
        for relation in COLUMNS:
            who = thing.who(relation)
            if who is None or row.outcomes[relation] != "404":
                continue
            client = every_state.client(who)
            real, ghost = look(client, path, sent), look(client, ghost_of(path), sent)
            assert real == ghost, f"{relation} ({who}) at {path}, {state}"
