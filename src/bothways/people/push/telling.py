"""The notice on a device: it says that there is something new, and nothing else."""

from __future__ import annotations

import hashlib
import json
import uuid
from enum import Enum

from django.utils import translation
from django.utils.translation import gettext as _

from bothways.core.events.api import record
from bothways.core.texts import api as texts
from bothways.people.models import NoticeDevice, Person
from bothways.people.push import devices, post, sealing
from bothways.people.push.devices import Subscription

# A phone that is off for a weekend still gets it; then it waits on the home page alone.
KEEP_SECONDS = 3 * 86400
# Of several that wait for a device that is away, the newest is enough.
MANNER = post.Manner(keep_seconds=KEEP_SECONDS, topic="news")


class Told(Enum):
    """What became of a notice for all devices of one person."""

    YES = "yes"
    # None took it now, and one may later.
    LATER = "later"
    # There is no device that takes it.
    NO = "no"


def send(person: Person, delivery_id: uuid.UUID) -> Told:
    """Send the notice without content to every device. One that is gone for good is switched off."""
    rows = list(devices.working().filter(person_id=person.id))
    words = texts.read_all_for_delivery(person.id, devices.KIND) if rows else {}
    plain = message(person, delivery_id)
    became = [_send(row, words[row.words_text], plain) for row in rows if row.words_text in words]
    if post.Sent.TAKEN in became:
        return Told.YES
    return Told.LATER if post.Sent.LATER in became else Told.NO


def message(person: Person, delivery_id: uuid.UUID) -> bytes:
    """What is sealed for a device: the words in its person's language, and how to show them.

    `once` is the same for the same message, which may come twice. `quiet` are the minutes of the day
    between which a device makes no sound: it may have been away when the message went.
    """
    with translation.override(person.language):
        told = {
            "title": "Bothways",
            "words": _("There is something new for you."),
            "stop": _("Stop on this device"),
            "lang": translation.get_language(),
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "once": hashlib.sha256(delivery_id.bytes).hexdigest()[:16],
            "quiet": [one.hour * 60 + one.minute for one in (person.quiet_from, person.quiet_until)],
        }
    return json.dumps(told, ensure_ascii=False).encode()


def _send(row: NoticeDevice, words: str, plain: bytes) -> post.Sent:
    to = Subscription.of_words(words)
    sealed = sealing.seal(plain, point=sealing.decoded(to.p256dh), auth=sealing.decoded(to.auth))
    became = post.send(to.endpoint, sealed, MANNER)
    if became is post.Sent.GONE and NoticeDevice.objects.filter(id=row.id).delete()[0]:
        record("device.gone", person_id=row.person_id)
    return became
