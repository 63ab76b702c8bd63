"""The letter about a notice: it says that there is something new, and nothing else."""

from __future__ import annotations

import logging
import smtplib
import uuid

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.outbox.api import Outcome
from bothways.core.texts import api as texts
from bothways.people import stopping
from bothways.people.models import Person

logger = logging.getLogger(__name__)

# A full mailbox: a refusal like others to SMTP, but one that passes.
FULL = 552


def send(person: Person, delivery_id: uuid.UUID) -> Outcome:
    """Send the letter without content. An address that is refused for good gets no more of them."""
    address = texts.read_for_delivery(person.id, "address")
    if not address:
        return Outcome.NO_WAY
    try:
        _letter(person, address, delivery_id).send()
    except smtplib.SMTPRecipientsRefused as refused:
        if _for_good(refused):
            note_refusal(person.id)
            return Outcome.NO_WAY
        return _fault(refused)
    except (smtplib.SMTPException, OSError) as error:
        return _fault(error)
    return Outcome.BY_LETTER


def note_refusal(person_id: uuid.UUID) -> None:
    """The mail server takes nothing for this address: letters rest, and its person reads why."""
    going = Person.objects.filter(id=person_id, letters_refused_at=None)
    if going.update(letters_refused_at=now()):
        record("letters.refused", person_id=person_id)


def _fault(error: Exception) -> Outcome:
    logger.error("a notice could not be sent: %s", type(error).__name__)
    return Outcome.LATER


def _for_good(refused: smtplib.SMTPRecipientsRefused) -> bool:
    codes = [code for code, _said in refused.recipients.values()]
    return bool(codes) and all(500 <= code < 600 and code != FULL for code in codes)


def _letter(person: Person, address: str, delivery_id: uuid.UUID) -> EmailMessage:
    stop_url = stopping.stop_url(person.id)
    about = {"site_url": settings.SITE_URL, "stop_url": stop_url}
    with translation.override(person.language):
        words = render_to_string("people/letters/notice.txt", about)
        # No machine shall answer this, and a letter that is sent a second time is the same letter.
        headers = {
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Message-ID": f"<{delivery_id}@{_host()}>",
            **stopping.headers_for(stop_url),
        }
        return EmailMessage(_("Something new for you"), words, to=[address], headers=headers)


def _host() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
