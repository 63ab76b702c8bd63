from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache

from bothways.core.clock.api import now, travelled
from bothways.people.tests.carrier import carrier  # noqa: F401  (a fixture)
from bothways.people.tests.pusher import pusher  # noqa: F401  (a fixture)


@pytest.fixture(autouse=True)
def fresh_rate_limits(request) -> None:
    """The cache is a table without a model: what a test with real transactions wrote there would stay."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if _commits(request) else "db")
        cache.clear()


def _commits(request) -> bool:
    return bool(request.node.get_closest_marker("django_db").kwargs.get("transaction"))


class Postman:
    """A mail server that keeps what it gets; `answer` is what it says to a recipient, when it says no."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answer = ""
        self.asked = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.asked += 1
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(envelope)
        return "250 taken"

    def message(self, number: int = 0) -> EmailMessage:
        return message_from_bytes(self.letters[number].content, policy=default)


class _AnyPort(Controller):
    """On whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postman(settings):
    """A mail server on this machine, reached over a real socket."""
    taken = Postman()
    server = _AnyPort(taken, hostname="127.0.0.1", port=0)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield taken
    server.stop()


@pytest.fixture
def noon():
    """The next time it is noon in UTC: nobody's quiet hours, whenever the tests run."""
    moment = now()
    next_noon = (moment + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    with travelled(next_noon - moment):
        yield next_noon
