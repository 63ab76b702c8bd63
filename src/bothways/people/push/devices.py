"""The devices on which somebody wants to see notices: switched on by them, in the session on that device.

What a browser hands over for it (an address at its maker's push service and two keys) is a text under its
person's key, like an address. Here are only keyed hashes, so that one browser belongs to one person.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import ahead, now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.outbox import api as outbox
from bothways.core.texts import api as texts
from bothways.people.models import NoticeDevice
from bothways.people.push import post, sealing, vapid
from bothways.people.services import lock

MOST = 10
KIND = "push"
_SALT = "bothways.people.push"
NOT_NOW = _("This did not work. Please load the page again and try once more.")


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser hands over: where its messages are left, its public key, and a secret with it."""

    endpoint: str
    p256dh: str
    auth: str

    def is_sound(self) -> bool:
        """Whether messages could be sealed and sent with it."""
        try:
            sealing.browser_key(sealing.decoded(self.p256dh))
            right = len(sealing.decoded(self.auth)) == sealing.AUTH_BYTES
        except ValueError:
            return False
        return right and post.may_go_to(self.endpoint)

    def as_words(self) -> str:
        """As it is kept: three lines."""
        return "\n".join([self.endpoint, self.p256dh, self.auth])

    @classmethod
    def of_words(cls, words: str) -> Subscription:
        """What `as_words` wrote."""
        return cls(*words.split("\n"))


@dataclass(frozen=True, slots=True)
class OnDevice:
    """One device of mine that shows notices."""

    id: uuid.UUID
    added_at: datetime
    here: bool


def switch_on(who: Acting, subscription: Subscription, *, server_key: str) -> None:
    """Show notices on the device on which I am signed in here. Again is the same device.

    A browser that belonged to somebody else comes along, from whoever holds all three of its secrets; that
    person reads a notice. Raises Refused when it cannot be done.
    """
    if not vapid.is_on() or server_key != vapid.public_key() or not subscription.is_sound():
        raise Refused(NOT_NOW)
    endpoint, whole = _hash(subscription.endpoint), _hash(subscription.as_words())
    try:
        with transaction.atomic():
            person = lock(who)
            held = NoticeDevice.objects.filter(person_id=person.id)
            held.filter(entry_id=who.entry_id).delete()
            held.filter(endpoint_hash=endpoint).delete()
            if held.count() >= MOST:
                raise Refused(_("There are ten devices already. Please switch one off first."))
            given: list[Any] = [endpoint, whole, ahead()]
            with connection.cursor() as cursor:
                cursor.execute("SELECT people_free_device(%s, %s, %s)", given)
            NoticeDevice.objects.create(
                person_id=person.id,
                entry_id=who.entry_id,
                words_text=texts.put(owner_id=person.id, kind=KIND, words=subscription.as_words()),
                endpoint_hash=endpoint,
                whole_hash=whole,
                key_mark=vapid.mark(),
                added_at=now(),
            )
            outbox.consider_anew(who)
            record("device.on", person_id=person.id)
    except IntegrityError as error:
        # Another person has this address, with other secrets or at this very moment.
        raise Refused(NOT_NOW) from error


def switch_off(who: Acting, device_id: uuid.UUID) -> None:
    """No notice is shown on one of my devices any more. Twice does it once; another's is not there."""
    with transaction.atomic():
        _drop(who, NoticeDevice.objects.filter(id=device_id))


def switch_off_all(who: Acting) -> None:
    """On none of my devices any more, inside the caller's transaction."""
    _drop(who, NoticeDevice.objects.all())


def delete_text(who: Acting, text_id: uuid.UUID) -> None:
    """From the glass box: the device is switched off as by the button on its page."""
    with transaction.atomic():
        _drop(who, NoticeDevice.objects.filter(words_text=text_id))


def mine(who: Acting) -> list[OnDevice]:
    """My devices that show notices: this one first, then the newest."""
    rows = [
        OnDevice(row.id, row.added_at, row.entry_id == who.entry_id)
        for row in working().filter(person_id=who.person_id).order_by("-added_at", "id")
    ]
    return sorted(rows, key=lambda row: not row.here)


def working() -> QuerySet[NoticeDevice]:
    """Devices that take what this server signs, as far as whoever is inside may see them."""
    if not vapid.is_on():
        return NoticeDevice.objects.none()
    return NoticeDevice.objects.filter(key_mark=vapid.mark())


def people_with_one(person_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these people who see notices on a device."""
    return set(working().filter(person_id__in=list(person_ids)).values_list("person_id", flat=True))


def _drop(who: Acting, rows: QuerySet[NoticeDevice]) -> None:
    person = lock(who)
    # The words go with their row: the database sees to it.
    if rows.filter(person_id=person.id).delete()[0]:
        outbox.consider_anew(who)
        record("device.off", person_id=person.id)


def _hash(words: str) -> bytes:
    return salted_hmac(_SALT, words, algorithm="sha256").digest()
