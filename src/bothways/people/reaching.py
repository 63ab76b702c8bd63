"""How people are reached: what the outbox asks, and what each person reads about it on their own page."""

from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Iterable

from django.conf import settings

from bothways.core.identity.api import Acting
from bothways.core.mailbox import api as mailbox
from bothways.core.outbox.api import LETTER, TEXT, Manners, Outcome
from bothways.people import letters
from bothways.people.models import Person
from bothways.people.push import devices
from bothways.people.push import telling as notices
from bothways.people.push.telling import Told
from bothways.people.sms import telling


class Reaching:
    """See `core.outbox`: who wants to be told, when, and by which way."""

    def manners_of(self, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Manners]:
        rows = list(Person.objects.select_related("phone").filter(id__in=list(person_ids), is_active=True))
        on_devices = devices.people_with_one(person.id for person in rows)
        return {person.id: manners(person) for person in rows if person.id in on_devices or way_of(person)}

    def send(self, person_id: uuid.UUID, delivery_id: uuid.UUID) -> Outcome:
        person = Person.objects.select_related("phone").filter(id=person_id, is_active=True).first()
        if person is None:
            return Outcome.NO_WAY
        return _both(person, delivery_id) if person.notices_both else _one(person, delivery_id)

    def manners_with(self, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Manners]:
        rows = Person.objects.filter(id__in=list(person_ids), is_active=True)
        return {person.id: manners(person) for person in rows if takes_invitations(person)}

    def send_about(self, person_id: uuid.UUID, delivery_id: uuid.UUID, object_id: uuid.UUID) -> Outcome:
        person = Person.objects.filter(id=person_id, is_active=True).first()
        if person is None or not takes_invitations(person):
            return Outcome.NO_WAY
        return letters.send_about(person, delivery_id, object_id)


def _one(person: Person, delivery_id: uuid.UUID) -> Outcome:
    """On devices; where there is none that takes it, by the way that was chosen beside them."""
    told = notices.send(person, delivery_id)
    if told is Told.NO:
        return _away(person, delivery_id)
    return Outcome.ON_DEVICE if told is Told.YES else Outcome.LATER


def _both(person: Person, delivery_id: uuid.UUID) -> Outcome:
    """The chosen way first: while that is disturbed nothing goes, so that both are tried again together."""
    outcome = _away(person, delivery_id)
    if outcome is Outcome.LATER:
        return outcome
    told = notices.send(person, delivery_id)
    if not outcome.went:
        return {Told.YES: Outcome.ON_DEVICE, Told.LATER: Outcome.LATER}.get(told, outcome)
    # One of the two has come: nobody is told again for the sake of the other.
    return Outcome.BOTH_WAYS if told is Told.YES else outcome


def _away(person: Person, delivery_id: uuid.UUID) -> Outcome:
    """By letter or by text message."""
    way = way_of(person)
    if not way:
        return Outcome.NO_WAY
    return letters.send(person, delivery_id) if way == LETTER else telling.send(person, delivery_id)


def takes_invitations(person: Person) -> bool:
    """Whether invitations for a calendar reach somebody: they chose it, and nothing has stopped letters."""
    stopped = person.letters_stopped_at or person.letters_refused_at
    return person.calendar_letters and not stopped and mailbox.is_on()


def way_of(person: Person) -> str:
    """By which way beside devices a notice reaches somebody now: "letter", "text", or "" for none."""
    if person.notices_by == LETTER and not person.letters_stopped_at and not person.letters_refused_at:
        return LETTER
    if person.notices_by == TEXT and telling.is_reached(person):
        return TEXT
    return ""


def gets_texts(who: Acting) -> bool:
    """Whether what I am told comes to my phone as a text message now."""
    return way_of(Person.objects.select_related("phone").get(id=who.person_id)) == TEXT


def manners(person: Person) -> Manners:
    """When and how often somebody wants to be told."""
    return Manners(
        zone=zone_of(person),
        per_week=most_of(person),
        rhythm=person.told,
        day=person.told_day,
        at=person.told_at,
        quiet_from=person.quiet_from,
        quiet_until=person.quiet_until,
    )


def most_of(person: Person) -> int:
    """The most messages in seven days: what the person chose, and never more than this installation sends."""
    most: int = settings.NOTICES_PER_WEEK
    return min(most, person.notices_per_week or most)


def zone_of(person: Person) -> zoneinfo.ZoneInfo:
    """Where the person lives. World time when the map has a place no more that it once had."""
    try:
        return zoneinfo.ZoneInfo(person.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
