"""Every address and every form gets what nobody should send, from everybody.

There is no answer with a fault, a trace, a missing header or an inline script. The quick run is the same
each time; `./dev attack fuzz` looks at new cases for some minutes.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import client as test_client
from django.test.client import ClientHandler, FakePayload
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from bothways.web.requests import Utf8Request
from tests import nasty
from tests.answers import faults_of
from tests.every_state import World
from tests.pages import Form, read, walk
from tests.test_matrix import ROWS, path_of, states_of
from tests.undone import undone

pytestmark = pytest.mark.django_db

PEOPLE = ["visitor", "gone", "amina", "bo", "chen", "dara", "eli", "nour", "hana"]
WALKERS = ["visitor", "amina", "chen", "nour", "eli"]


@dataclass(frozen=True)
class Target:
    """An address, and the form that posts to it where a page has one; `who` finds it there."""

    who: str
    path: str
    form: Form | None = None


@pytest.fixture(autouse=True)
def requests_of_our_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test client makes its own requests; these are made as our web server makes them."""
    monkeypatch.setattr(test_client, "WSGIRequest", Utf8Request)


def test_a_request_that_names_another_charset(every_state: World) -> None:
    kind = "application/x-www-form-urlencoded; charset=latin-1"
    about = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "CONTENT_TYPE": kind, "QUERY_STRING": "a=1&" * 700}
    assert not faults_of(ask("visitor", every_state, body=b"", **about))


@pytest.fixture
def targets(every_state: World) -> list[Target]:
    return _targets(every_state)


def test_every_address_as_its_owner_asks_it(every_state: World, targets: list[Target]) -> None:
    for one in dict.fromkeys((target.who, target.path) for target in targets):
        with undone():
            faults = faults_of(ask(one[0], every_state, body=b"", REQUEST_METHOD="GET", PATH_INFO=one[1]))
        assert not faults, one


@functools.lru_cache(maxsize=1)
def _targets(every_state: World) -> list[Target]:
    """Every address in every state, and every form that somebody finds on a page."""
    found = [
        Target(
            every_state.thing(row.kind, state).who("owner") or "amina",
            path_of(every_state, row.name, row.kind, state),
        )
        for row in ROWS
        for state in states_of(every_state, row)
    ]
    # In the order of the rows: an id in an address is another one each time.
    plain = list(dict.fromkeys(found))
    forms = []
    for name in WALKERS:
        start = ["/", "/me/", *(one.path for one in plain if one.who == name)]
        for path, html in walk(every_state.client(name), start).values():
            forms += [Target(name, one.action, one) for one in read(html, path).forms]
    assert len(plain) > 100 and len(forms) > 60
    # Forms are where most can go wrong.
    return [*plain, *forms, *forms]


def ask(who: str, world: World, **environ: object) -> HttpResponse:
    """Hand the request to the product as a web server would."""
    client = world.client(who)
    handler = ClientHandler(enforce_csrf_checks=bool(environ.pop("csrf", False)))
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    body = environ.pop("body")
    assert isinstance(body, bytes)
    base = client._base_environ(HTTP_COOKIE=cookie, CONTENT_LENGTH=str(len(body)))
    # A server stops at the end of the body; a payload of the test client complains, like a broken line.
    base["wsgi.input"] = FakePayload(body) if len(body) < 100 else io.BytesIO(body)
    return handler(base | environ)


def asked(draw: Callable, world: World, targets: list[Target]) -> tuple[str, list[str]]:
    """Draw one request and send it: what it was, and what is wrong with the answer."""
    target = draw(st.sampled_from(targets))
    who = draw(st.sampled_from([target.who] * 4 + PEOPLE))
    kind, body = draw(nasty.bodies(target.form)) if target.form else ("", b"")
    method = (
        draw(st.sampled_from(nasty.METHODS)) if draw(st.booleans()) else ("POST" if target.form else "GET")
    )
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": draw(nasty.paths(target.path)).decode("latin-1"),
        "QUERY_STRING": draw(st.sampled_from(["", "", "", *nasty.QUERIES])),
        "CONTENT_TYPE": kind,
        **draw(nasty.headers()),
    }
    csrf = draw(st.integers(0, 4)) == 0
    with undone():
        answer = ask(who, world, body=body, csrf=csrf, **environ)
        faults = faults_of(answer)
    return f"{who}: {environ} {body[:300]!r}: {faults}", faults


ALWAYS = {
    # A request that fails is short enough to read: nothing is shrunk.
    "phases": [Phase.generate],
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": False,
}


def look(examples: int, world: World, targets: list[Target], **how: object) -> None:
    """Send that many requests, and say what is wrong with the first answer that has a fault."""
    wrong: list[str] = []

    @settings(max_examples=examples, **ALWAYS, **how)
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        said, faults = asked(data.draw, world, targets)
        if faults:
            wrong.append(said)
        assert not faults, said

    try:
        send()
    except Flaky:
        # A fault that does not come again, because the first request changed something outside the database.
        pytest.fail(wrong[0])


def test_no_answer_has_a_fault(every_state: World, targets: list[Target]) -> None:
    look(700, every_state, targets, derandomize=True)


@pytest.mark.attack
def test_no_answer_has_a_fault_for_long(every_state: World, targets: list[Target]) -> None:
    look(12_000, every_state, targets)
