"""How people are reached: what the outbox asks, and what each person reads about it on their own page."""

from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Iterable

from django.conf import settings

from bothways.core.mailbox import api as mailbox
from bothways.core.outbox.api import LETTER, TEXT, Manners, Outcome
from bothways.people import letters
from bothways.people.models import Person
from bothways.people.sms import telling


class Reaching:
    """See `core.outbox`: who wants to be told, when, and by which way."""

    def manners_of(self, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Manners]:
        rows = Person.objects.select_related("phone").filter(id__in=list(person_ids), is_active=True)
        return {person.id: manners(person) for person in rows if way_of(person)}

    def send(self, person_id: uuid.UUID, delivery_id: uuid.UUID) -> Outcome:
        person = Person.objects.select_related("phone").filter(id=person_id, is_active=True).first()
        way = way_of(person) if person else ""
        if person is None or not way:
            return Outcome.NO_WAY
        return letters.send(person, delivery_id) if way == LETTER else telling.send(person, delivery_id)

    def manners_with(self, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Manners]:
        rows = Person.objects.filter(id__in=list(person_ids), is_active=True)
        return {person.id: manners(person) for person in rows if takes_invitations(person)}

    def send_about(self, person_id: uuid.UUID, delivery_id: uuid.UUID, object_id: uuid.UUID) -> Outcome:
        person = Person.objects.filter(id=person_id, is_active=True).first()
        if person is None or not takes_invitations(person):
            return Outcome.NO_WAY
        return letters.send_about(person, delivery_id, object_id)


def takes_invitations(person: Person) -> bool:
    """Whether invitations for a calendar reach somebody: they chose it, and nothing has stopped letters."""
    stopped = person.letters_stopped_at or person.letters_refused_at
    return person.calendar_letters and not stopped and mailbox.is_on()


def way_of(person: Person) -> str:
    """By which way a notice reaches somebody now: "letter", "text", or "" for none."""
    if person.notices_by == LETTER and not person.letters_stopped_at and not person.letters_refused_at:
        return LETTER
    if person.notices_by == TEXT and telling.is_reached(person):
        return TEXT
    return ""


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
