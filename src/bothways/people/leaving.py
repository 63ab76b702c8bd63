"""Leaving: everything a person is part of ends, then every room erases, then the key goes."""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction

from bothways.core.events.api import record
from bothways.core.identity.api import Acting, end_all_entries
from bothways.core.registry import api as registry
from bothways.people.models import Person
from bothways.people.services import lock

logger = logging.getLogger(__name__)


def leave(who: Acting) -> None:
    """End everything this person is part of and erase them. Raises NotSignedIn when they left already.

    The first transaction signs them out everywhere and lets every room end what they are part of;
    the second erases the rows; then the key of their texts is destroyed. If the program dies on the
    way, `finish_leaving` (a job, every minute) does the rest.
    """
    with transaction.atomic():
        person = lock(who)
        Person.objects.filter(id=person.id).update(is_active=False)
        registry.mark_leaving(person.id)
        # Before anything else: from here on no other session of theirs can write.
        end_all_entries(person.id)
        registry.fire("person.leaving", person_id=person.id)
        record("person.left")
    try:
        registry.erase(who.person_id)
    except OperationalError as error:
        # The job met us on the same rows, or the database went away: it does the rest within a minute.
        logger.warning("erasing is left to the job: %s", type(error).__name__)


def finish_leaving() -> int:
    """Erase people whose leaving was interrupted, and destroy keys that are due. Returns how many people."""
    left = list(Person.objects.filter(is_active=False).values_list("id", flat=True))
    for person_id in left:
        registry.mark_leaving(person_id)
        registry.erase(person_id)
    registry.finish_erasing()
    return len(left)
