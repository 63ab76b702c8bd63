"""A person's own phone number: added by them, confirmed with a code that reached it, taken away by them."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bothways.core.asks import api as asks
from bothways.core.clock.api import ahead, now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.outbox import api as outbox
from bothways.core.texts import api as texts
from bothways.core.walls import api as walls
from bothways.people.models import Phone
from bothways.people.services import lock
from bothways.people.sms import gateway, numbers
from bothways.people.tallies import Limit, allows

CODE_LASTS = timedelta(minutes=30)
_SALT = "bothways.people.phone-codes"


def mine(who: Acting) -> Phone | None:
    """My phone, confirmed or not."""
    return Phone.objects.filter(person_id=who.person_id).first()


def number_of(who: Acting, phone: Phone) -> str:
    """The number itself, for its own person."""
    return texts.read(who, [phone.number_text]).get(phone.number_text, "")


def add(who: Acting, *, number: str, network: str) -> None:
    """Take a number instead of the one I had, and send a code to it.

    Raises Refused when it is no number, too many codes were asked for, or the message cannot go.
    """
    plain = numbers.normalised(number)
    if not plain:
        raise Refused(_("Please write the whole number, with + and the number of your country in front."))
    number_hash = numbers.hash_of(plain)
    with walls.at_the_door():
        wanted = _may_be_sent(who, number_hash, network)
    code = f"{secrets.randbelow(1_000_000):06}"
    with transaction.atomic():
        person = lock(who)
        _drop(who)
        text_id = texts.put(owner_id=person.id, kind="phone", words=plain)
        Phone.objects.create(
            person_id=person.id,
            number_hash=number_hash,
            number_text=text_id,
            code_hash=_hash(code),
            code_until=now() + CODE_LASTS,
            added_at=now(),
        )
        outbox.consider_anew(who)
        record("phone.added", person_id=person.id)
    if wanted and not _send_code(plain, code, person.language):
        remove(who)
        raise Refused(_("We could not send a message to this number. Please check it, or try again later."))


def confirm(who: Acting, *, code: str) -> None:
    """Confirm my number with the code that reached it. Raises Refused when it is not the right one.

    The database looks, counts the tries, and takes the number away from whoever had it before.
    """
    digits = "".join(one for one in asks.plain_digits(code) if one.isdigit())
    try:
        with transaction.atomic():
            person = lock(who)
            given: list[Any] = [_hash(digits), ahead()]
            with connection.cursor() as cursor:
                cursor.execute("SELECT people_confirm_phone(%s, %s)", given)
                right = bool(cursor.fetchone()[0])
            if right:
                outbox.consider_anew(who)
                record("phone.confirmed", person_id=person.id)
    except IntegrityError as error:
        # Somebody else confirmed the same number at this moment.
        raise Refused(_("This did not work. Please ask for a new code.")) from error
    if not right:
        raise Refused(_("This is not the code from the newest message, or it is too old."))


def remove(who: Acting) -> None:
    """Take my number away. It and its hash are gone; twice does it once."""
    with transaction.atomic():
        person = lock(who)
        if _drop(who):
            record("phone.removed", person_id=person.id)


def delete_text(who: Acting, text_id: uuid.UUID) -> None:
    """From the glass box: the number goes as by the button on its page."""
    remove(who)


def _drop(who: Acting) -> bool:
    held = Phone.objects.filter(person_id=who.person_id)
    texts.drop(owner_id=who.person_id, text_ids=held.values_list("number_text", flat=True))
    return bool(held.delete()[0])


def _may_be_sent(who: Acting, number_hash: bytes, network: str) -> bool:
    """Count a wish for a code at the door. Whether a message goes: not to a phone that sent STOP to us.

    Raises Refused over a limit, which is the same whoever has the number.
    """
    within = [
        allows(Limit.CODES_TO_NUMBER, number_hash.hex()),
        allows(Limit.CODES_BY_PERSON, str(who.person_id)),
        allows(Limit.CODES_TO_PHONES_IN_NETWORK, network),
    ]
    if not all(within):
        raise Refused(_("That was tried too often. Please try again tomorrow."))
    stopped = Phone.objects.filter(number_hash=number_hash).exclude(stopped_at=None)
    return not stopped.exclude(person_id=who.person_id).exists()


def _send_code(number: str, code: str, language: str) -> bool:
    with translation.override(language):
        words = gettext("Bothways: your code is %(code)s") % {"code": code}
    return gateway.send(number, words, key=str(uuid.uuid4())) is gateway.Sent.TAKEN


def _hash(code: str) -> bytes:
    return salted_hmac(_SALT, code, algorithm="sha256").digest()
