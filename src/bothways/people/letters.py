"""Letters: one says that there is something new, and nothing else; one brings a meeting for a calendar."""

from __future__ import annotations

import logging
import smtplib
import uuid
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.mailbox import api as mailbox
from bothways.core.outbox import api as outbox
from bothways.core.outbox.api import Enclosed, Outcome
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
    return _post(person, _letter(person, address, delivery_id), Outcome.BY_LETTER)


def send_about(person: Person, delivery_id: uuid.UUID, object_id: uuid.UUID) -> Outcome:
    """Send the letter that carries an invitation, as the thing is now. It is for its own person alone."""
    address = texts.read_for_delivery(person.id, "address")
    if not address:
        return Outcome.NO_WAY
    with translation.override(person.language):
        enclosed = outbox.enclosed(person.id, object_id, address)
        if enclosed is None:
            return Outcome.NOTHING
        letter = _invitation(person, address, delivery_id, enclosed)
    outcome = _post(person, letter, Outcome.BY_CALENDAR)
    if outcome is Outcome.BY_CALENDAR:
        enclosed.went()
    return outcome


def _post(person: Person, letter: EmailMultiAlternatives, sent: Outcome) -> Outcome:
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        if _for_good(refused):
            note_refusal(person.id)
            return Outcome.NO_WAY
        return _fault(refused)
    except (smtplib.SMTPException, OSError) as error:
        return _fault(error)
    return sent


def note_refusal(person_id: uuid.UUID) -> None:
    """The mail server takes nothing for this address: letters rest, and its person reads why."""
    going = Person.objects.filter(id=person_id, letters_refused_at=None)
    if going.update(letters_refused_at=now()):
        moment = now()
        # They read it here on their next visit: by letter it would not reach them.
        key = f"letters.refused:{moment.isoformat()}"
        outbox.tell(person_id, "letters.refused", path=reverse("reach"), key=key)
        record("letters.refused", person_id=person_id)


def _fault(error: Exception) -> Outcome:
    logger.error("a notice could not be sent: %s", type(error).__name__)
    return Outcome.LATER


def _for_good(refused: smtplib.SMTPRecipientsRefused) -> bool:
    codes = [code for code, _said in refused.recipients.values()]
    return bool(codes) and all(500 <= code < 600 and code != FULL for code in codes)


def _letter(person: Person, address: str, delivery_id: uuid.UUID) -> EmailMultiAlternatives:
    stop_url = stopping.stop_url(person.id)
    about = {"site_url": settings.SITE_URL, "stop_url": stop_url}
    with translation.override(person.language):
        words = render_to_string("people/letters/notice.txt", about)
        letter = EmailMultiAlternatives(_("Something new for you"), words, to=[address])
    return _marked(letter, delivery_id, stop_url)


def _invitation(
    person: Person, address: str, delivery_id: uuid.UUID, enclosed: Enclosed
) -> EmailMultiAlternatives:
    stop_url = stopping.stop_url(person.id)
    gone = enclosed.method == "CANCEL"
    about = {"site_url": settings.SITE_URL, "stop_url": stop_url, "gone": gone}
    subject = _("A meeting is cancelled") if gone else _("A meeting for your calendar")
    words = render_to_string("people/letters/invitation.txt", about)
    letter = EmailMultiAlternatives(subject, words, to=[address])
    # With line ends as the mail has them; those of the calendar are its own.
    content = enclosed.content.decode().replace("\r\n", "\n")
    # Mail programs look for the method in the type, and for a part beside the words, not for a file.
    letter.attach_alternative(content, f"text/calendar; method={enclosed.method}")
    # Answers go to the organizer, and mail programs want a letter to be from that address.
    name = settings.DEFAULT_FROM_EMAIL.rpartition("<")[0].strip(' "') or "Bothways"
    letter.extra_headers["From"] = formataddr((name, enclosed.sender))
    return _marked(letter, delivery_id, stop_url)


def _marked(letter: EmailMultiAlternatives, delivery_id: uuid.UUID, stop_url: str) -> EmailMultiAlternatives:
    # No machine shall answer this, and a letter that is sent a second time is the same letter.
    letter.extra_headers |= {
        "Auto-Submitted": "auto-generated",
        # All but the report that it could not be delivered.
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
        "Message-ID": f"<{delivery_id}@{_host()}>",
        **stopping.headers_for(stop_url),
    }
    if mailbox.is_on():
        # What cannot be delivered comes back to an address that stands for this letter.
        letter.extra_headers.setdefault("From", settings.DEFAULT_FROM_EMAIL)
        letter.from_email = mailbox.bounce_address(delivery_id)
    return letter


def _host() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
