"""The text message about a notice: it says that there is something new, and nothing else.

But for what a partner wrote, where the two of a pair agreed to that (decision 40).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.outbox import api as outbox
from bothways.core.outbox.api import Outcome, Spoken
from bothways.core.texts import api as texts
from bothways.people.models import Person, Phone
from bothways.people.sms import gateway

# A message has room for so many letters and signs of a partner's words, and less than so many of one of
# theirs are not worth beginning.
ROOM, SHORTEST = 600, 40


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
    """Send the message. A number that is refused for good gets no more of them."""
    number = texts.read_for_delivery(person.id, "phone")
    if not number:
        return Outcome.NO_WAY
    with translation.override(person.language):
        said = outbox.spoken(person.id, delivery_id)
        became = gateway.send(number, _message(said), key=said.key)
    if became is gateway.Sent.REFUSED:
        Phone.objects.filter(person_id=person.id, refused_at=None).update(refused_at=now())
        return Outcome.NO_WAY
    return Outcome.BY_TEXT if became is gateway.Sent.TAKEN else Outcome.LATER


def _message(said: Spoken) -> str:
    if not said.words:
        plain = _("Bothways: there is something new for you. %(address)s Send STOP to end this.")
        return plain % {"address": settings.SITE_URL}
    words, rest = _within(said.words)
    more = [_("There is more for you in Bothways.")] if rest or said.more else []
    last = _("You can answer here: %(address)s Send STOP to end this.") % {"address": settings.SITE_URL}
    # No name: whoever else looks at this phone reads what was written, and not by whom.
    return "\n\n".join([_("From your partner:"), *words, " ".join([*more, last])])


def _within(words: tuple[str, ...]) -> tuple[list[str], bool]:
    """As much of it as one message has room for, and whether something is left out."""
    kept: list[str] = []
    room = ROOM
    for one in words:
        if len(one) > room:
            return ([*kept, f"{one[: room - 1].rstrip()}…"] if room > SHORTEST or not kept else kept), True
        kept.append(one)
        room -= len(one)
    return kept, False
