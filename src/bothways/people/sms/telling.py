"""The text message about a notice: it says that there is something new, and nothing else."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.outbox.api import Outcome
from bothways.core.texts import api as texts
from bothways.people.models import Person, Phone
from bothways.people.sms import gateway


def is_reached(person: Person) -> bool:
    """Whether text messages reach somebody: a confirmed number that has not sent STOP."""
    phone = getattr(person, "phone", None)
    return (
        phone is not None
        and phone.confirmed_at is not None
        and phone.stopped_at is None
        and phone.refused_at is None
        and gateway.is_on()
    )


def send(person: Person, delivery_id: uuid.UUID) -> Outcome:
    """Send the message without content. A number that is refused for good gets no more of them."""
    number = texts.read_for_delivery(person.id, "phone")
    if not number:
        return Outcome.NO_WAY
    with translation.override(person.language):
        words = _("Bothways: there is something new for you. %(address)s Send STOP to end this.")
        became = gateway.send(number, words % {"address": settings.SITE_URL}, key=str(delivery_id))
    if became is gateway.Sent.REFUSED:
        Phone.objects.filter(person_id=person.id, refused_at=None).update(refused_at=now())
        return Outcome.NO_WAY
    return Outcome.BY_TEXT if became is gateway.Sent.TAKEN else Outcome.LATER
