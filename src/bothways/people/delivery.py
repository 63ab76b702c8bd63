"""The letter about a notice: it says that there is something new, and nothing else."""

from __future__ import annotations

import logging
import smtplib
import uuid

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from bothways.core.texts import api as texts
from bothways.people.models import Person

logger = logging.getLogger(__name__)

# After a letter that could not be sent, the next try for the same person waits this long.
PAUSE_SECONDS = 3600


def send_letter(person_id: uuid.UUID) -> bool:
    """Send the contentless letter. False when the person wants none, has left, or it did not go."""
    person = Person.objects.filter(id=person_id, is_active=True, notices_by_mail=True).first()
    if person is None or cache.get(_pause(person_id)):
        return False
    address = texts.read_for_delivery(person_id, "address")
    if not address:
        return False
    try:
        _letter(person, address).send()
    except (smtplib.SMTPException, OSError) as error:
        logger.error("a notice could not be sent: %s", type(error).__name__)
        cache.set(_pause(person_id), True, PAUSE_SECONDS)
        return False
    return True


def _pause(person_id: uuid.UUID) -> str:
    return f"letter-pause:{person_id}"


def _letter(person: Person, address: str) -> EmailMessage:
    with translation.override(person.language):
        words = render_to_string("people/letters/notice.txt", {"site_url": settings.SITE_URL})
        return EmailMessage(
            _("Something new for you"), words, to=[address], headers={"Auto-Submitted": "auto-generated"}
        )
