"""A text message that came in: STOP and START, and one-time words for what waits for somebody.

Whoever we do not know gets no answer. No answer says what it is about: somebody else may read the phone.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import connection, transaction
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from bothways.core.asks import api as asks
from bothways.core.asks.api import Said, read
from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.walls import api as walls
from bothways.people.models import Phone, ReceivedText
from bothways.people.sms import numbers
from bothways.people.sms.words import is_start, is_stop
from bothways.people.tallies import Limit, allows

logger = logging.getLogger(__name__)
_SALT = "bothways.people.received"
# Longer than a gateway tries again.
KEPT = timedelta(days=7)
RECEIVE = "INSERT INTO people_receivedtext (name_hash, at) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING 1"


def take(*, number: str, words: str, name: str) -> str:
    """Do what a message says, once, and return the answer to its sender, or '' for none.

    `name` is what the gateway calls the message: the same one again does nothing.
    """
    with transaction.atomic():
        with walls.at_the_door():
            if not _is_new(name):
                return ""
            number_hash = numbers.hash_of(numbers.normalised(number) or number)
            phones = list(Phone.objects.select_related("person").filter(number_hash=number_hash))
            if not phones:
                # Without the number: whose it is is nobody's business.
                logger.warning("a text message came from a number that nobody has here")
                return ""
            said = read(words)
            if is_stop(said):
                _stop(phones)
            elif is_start(said):
                _start(phones)
            may_answer = allows(Limit.ANSWERS_TO_NUMBER, number_hash.hex())
            may_try = not said.numbers or allows(Limit.TRIED_BY_TEXT, number_hash.hex())
        theirs = next((one for one in phones if one.confirmed_at), None)
        if theirs is None:
            return ""
        with translation.override(theirs.person.language):
            answer = _answer(theirs, said, may_try=may_try)
    return answer if may_answer else ""


def _answer(phone: Phone, said: Said, *, may_try: bool) -> str:
    if is_stop(said):
        return _("Bothways: you get no more messages here. Send START to get them again.")
    if is_start(said):
        return _("Bothways: you get messages here again. Send STOP to end them.")
    if phone.stopped_at:
        # STOP is kept also against our own answers, and against whoever has the phone.
        return ""
    became = asks.answer(sender=bytes(phone.number_hash), said=said) if may_try else asks.Outcome.UNKNOWN
    if became is asks.Outcome.DONE:
        return _("Bothways: thank you, that is done.")
    if became is asks.Outcome.NOT_YET:
        return _("Bothways: it is too early for this. Please send it again later.")
    if became is asks.Outcome.NOT_POSSIBLE:
        return _("Bothways: this did not work. Please sign in and look there.")
    return _("Bothways: we did not understand that. Send STOP to end these messages.")


def _stop(phones: list[Phone]) -> None:
    """At once, for everybody with this number, confirmed or not."""
    for phone in phones:
        if Phone.objects.filter(person_id=phone.person_id, stopped_at=None).update(stopped_at=now()):
            record("texts.stopped", person_id=phone.person_id)


def _start(phones: list[Phone]) -> None:
    for phone in phones:
        held = Phone.objects.filter(person_id=phone.person_id).exclude(stopped_at=None)
        if held.update(stopped_at=None):
            record("texts.started", person_id=phone.person_id)


def _is_new(name: str) -> bool:
    """Whether a message is here for the first time. Of two that come at once, the second waits and is not."""
    name_hash = salted_hmac(_SALT, name, algorithm="sha256").digest()
    with connection.cursor() as cursor:
        cursor.execute(RECEIVE, [name_hash, now()])
        return cursor.fetchone() is not None


def clear() -> int:
    """Forget which messages came long ago; the gateway does not send them again. Returns how many."""
    return ReceivedText.objects.filter(at__lt=now() - KEPT).delete()[0]
