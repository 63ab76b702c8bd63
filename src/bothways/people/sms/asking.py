"""Letting somebody answer one thing later, by a text message from their own phone."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bothways.core.asks import api as asks
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.walls import api as walls
from bothways.people.models import Person, Phone
from bothways.people.services import lock
from bothways.people.sms import gateway, phones, telling
from bothways.people.tallies import Limit, allows


def can_answer_by_text(who: Acting) -> bool:
    """Whether a text message would reach me: then a page may offer it."""
    if not gateway.is_on():
        return False
    person = Person.objects.select_related("phone").get(id=who.person_id)
    return telling.is_reached(person)


def ask_by_text(
    who: Acting, *, kind: str, object_id: uuid.UUID, opens_at: datetime, expires_at: datetime
) -> None:
    """Send me a code with which I answer one thing of mine by text message, until it expires.

    The caller has made sure that it is mine. Raises Refused without a phone that is reached, when it was
    asked too often, or when the message cannot go.
    """
    if not can_answer_by_text(who):
        raise Refused(_("For this, please add your phone number first and confirm it."))
    with walls.at_the_door():
        within = allows(Limit.ASKS_BY_PERSON, str(who.person_id))
    if not within:
        raise Refused(_("That was tried too often. Please try again tomorrow."))
    with transaction.atomic():
        person = lock(who)
        phone = Phone.objects.get(person_id=person.id)
        sender = bytes(phone.number_hash)
        code = asks.open_ask(
            who, kind=kind, object_id=object_id, sender=sender, opens_at=opens_at, expires_at=expires_at
        )
        number = phones.number_of(who, phone)
    with translation.override(person.language):
        words = _words(asks.words_of(kind), code)
    if gateway.send(number, words, key=str(uuid.uuid4())) is not gateway.Sent.TAKEN:
        asks.take_back(who, kind=kind, object_id=object_id)
        raise Refused(_("We could not send a message to your phone. Please answer here, or try again later."))


def _words(choices: list[str], code: str) -> str:
    """Without a word about what it is that is asked."""
    first, *more = [f"{choice} {code}" for choice in choices]
    if not more:
        return gettext("Bothways: when it is time, answer with %(first)s") % {"first": first}
    return gettext("Bothways: when you are ready, answer with %(first)s or %(second)s") % {
        "first": first,
        "second": more[0],
    }
