"""The link in a letter that stops letters: it needs no sign-in, and it can do nothing else.

A mail program asks for it by itself when its reader presses "unsubscribe" (RFC 8058), without a cookie and
without a token of a form. So whoever holds the link may stop letters to one person, once, and learns nothing
by it: not whose they are, and not whether that person is still here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.walls import api as walls
from bothways.people.models import Person

# What a mail program sends, and so does the button on the page.
ONE_CLICK = ("List-Unsubscribe", "One-Click")


def headers_for(url: str) -> dict[str, str]:
    """The two lines by which a mail program knows how to stop these letters."""
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "=".join(ONE_CLICK),
    }


def stop_url(person_id: uuid.UUID) -> str:
    """The address that stops letters to this person. Nobody can guess it or read the person from it."""
    sealed = _box().encrypt(person_id.bytes)
    token = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    return f"{settings.SITE_URL}{reverse('letters_stop', args=[token])}"


def person_behind(token: str) -> uuid.UUID | None:
    """Whose letters a token stops, or None when it was not made here."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return uuid.UUID(bytes=_box().decrypt(sealed))
    except (binascii.Error, CryptoError, ValueError):
        return None


def stop_letters(person_id: uuid.UUID) -> None:
    """Stop letters with notices to somebody, until that person says otherwise. Twice does it once."""
    with walls.at_the_door(), transaction.atomic():
        going = Person.objects.filter(id=person_id, is_active=True, letters_stopped_at=None)
        if going.update(letters_stopped_at=now()):
            record("letters.stopped", person_id=person_id)


def _box() -> SecretBox:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"bothways.stop").digest()
    return SecretBox(key)
