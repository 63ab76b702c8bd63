"""What tests about reaching people share."""

from __future__ import annotations

import itertools
import json

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.outbox import api as outbox
from bothways.core.walls import api as walls
from bothways.people.sms import gateway

TOKEN = "a token of more than twenty characters"
SECRET = "a secret of more than thirty-two characters"
NUMBER = "+49301234567"
SECRET_WORDS = "Bo asked you to come on Tuesday"
_names = itertools.count(1)

# The form of the page "How Bothways reaches me", as somebody new finds it.
REACH = {
    "notices_by": "letter",
    "told": "soon",
    "told_day": "0",
    "told_at": "18",
    "notices_per_week": "3",
    "quiet_from": "21",
    "quiet_until": "8",
}


@pytest.fixture
def told(monkeypatch):
    """Tell somebody of something new, in words that no message may carry."""
    monkeypatch.setitem(outbox._words, "test.news", SECRET_WORDS)
    return lambda one, key="1": outbox.tell(one.id, "test.news", path="/pairs/1/", key=key)


def deliver() -> int:
    """As the job does it, with the rights of jobs."""
    with walls.working():
        return outbox.deliver()


def brings(number: str, words: str, *, name: str = "") -> HttpResponse:
    """The gateway brings a message, signed, to the real address."""
    told = {"id": name or f"message-{next(_names)}", "from": number, "text": words}
    return sends(json.dumps(told).encode())


def sends(body: bytes, *, time: str = "", signature: str = "") -> HttpResponse:
    """Any body, signed now unless said otherwise."""
    time = time or str(int(now().timestamp()))
    signed = {"X-Bothways-Time": time, "X-Bothways-Signature": signature or gateway.signature_of(time, body)}
    program = Client(enforce_csrf_checks=True)
    return program.post(reverse("text_incoming"), body, content_type="application/json", headers=signed)


def reply(number: str, words: str, *, name: str = "") -> str:
    """What the phone gets as an answer."""
    answer = brings(number, words, name=name)
    assert answer.status_code == 200
    return answer.json()["reply"]


def with_phone(one, carrier, number: str = NUMBER, *, by: str = "text") -> Client:
    """Somebody adds a number in their browser, confirms it with the code that came, and chooses `by`."""
    browser = one.browser()
    assert browser.post(reverse("phone_add"), {"number": number}).status_code == 302
    assert browser.post(reverse("phone_confirm"), {"code": carrier.code}).status_code == 302
    assert browser.post(reverse("reach"), {**REACH, "notices_by": by}).status_code == 302
    return browser
