"""What may be read about people: names only where they were shared, nothing in lists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from bothways.core.identity.api import Acting
from bothways.core.texts import api as texts
from bothways.people.models import Person


def my_account(who: Acting) -> Person:
    """My own row."""
    return Person.objects.get(id=who.person_id)


def my_name(who: Acting) -> str:
    """What I asked to be called, or ''."""
    return names_for(who, [who.person_id]).get(who.person_id, "")


def names_for(who: Acting, person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The names among these people that are mine or shared with me; everybody else is left out."""
    named = Person.objects.filter(id__in=set(person_ids)).values("name_text")
    return {person_id: name for person_id, name in texts.read_by_owner(who, named).items() if name}


def language_of(person_id: uuid.UUID) -> str:
    """The page language of a person, for letters and calendars to them. English when they left."""
    return Person.objects.filter(id=person_id).values_list("language", flat=True).first() or "en"


def time_zone_of(person_id: uuid.UUID) -> str:
    """The time zone a person lives by. UTC when they left."""
    return Person.objects.filter(id=person_id).values_list("time_zone", flat=True).first() or "UTC"


def time_zones_of(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The same for several people, for jobs that tell them something. Who left is not among them."""
    return dict(Person.objects.filter(id__in=set(person_ids)).values_list("id", "time_zone"))
