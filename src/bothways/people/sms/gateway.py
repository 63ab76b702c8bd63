"""The one small interface to whoever carries text messages: docs/reference/text-messages.md.

Out: one POST for each message, with a bearer token. In: the gateway posts to us, signed with a secret and the
time. In a demo the messages are shown on a page instead.
"""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from enum import Enum
from http.client import HTTPException

from django.conf import settings

from bothways.people import signed

logger = logging.getLogger(__name__)
# Answers that say: this number takes no messages, now and later.
FOR_GOOD = {404, 410, 422}


class Sent(Enum):
    """What became of a message on its way out."""

    TAKEN = "taken"
    # A fault that passes.
    LATER = "later"
    REFUSED = "refused"


def is_on() -> bool:
    """Whether this installation sends text messages at all."""
    return bool(settings.SMS_URL) or settings.DEMO


def send(number: str, words: str, *, key: str) -> Sent:
    """Hand one message to the gateway. The same `key` is the same message: it may be handed over twice."""
    if not settings.SMS_URL:
        return _simulated(number, words) if settings.DEMO else Sent.LATER
    message = {"id": key, "from": settings.SMS_NUMBER, "to": number, "text": words}
    request = urllib.request.Request(  # noqa: S310  (the settings take https, or this machine, alone)
        settings.SMS_URL,
        data=json.dumps(message).encode(),
        headers={
            "Authorization": f"Bearer {settings.SMS_TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        },
        method="POST",
    )
    try:
        with _opener().open(request, timeout=settings.SMS_TIMEOUT):
            return Sent.TAKEN
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in FOR_GOOD:
            return Sent.REFUSED
        logger.error("the gateway for text messages answered %s", error.code)
    except (OSError, HTTPException) as error:
        logger.error("a text message could not be sent: %s", type(error).__name__)
    return Sent.LATER


def is_from_gateway(time: str, signature: str, body: bytes) -> bool:
    """Whether a request was signed with our secret, just now."""
    return signed.is_signed(settings.SMS_SECRET, time, signature, body)


def signature_of(time: str, body: bytes) -> str:
    """HMAC-SHA256 over the time, a dot and the body, in hex."""
    return signed.signature_of(settings.SMS_SECRET, time, body)


def _simulated(number: str, words: str) -> Sent:
    from bothways.people import demo_texts

    demo_texts.keep(number, words)
    return Sent.TAKEN


class _Stays(urllib.request.HTTPRedirectHandler):
    """A number goes to the address of the settings and to no other."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Stays)
