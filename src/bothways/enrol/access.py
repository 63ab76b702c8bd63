"""The only way to one enrolment: it is mine, or it is not there."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import Http404

from bothways.core.identity.api import Acting
from bothways.enrol.models import Enrolment


def lock(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Hold these enrolments until the transaction ends. The tests of races switch this off."""
    return rows.select_for_update(of=("self",), no_key=True)


def _mine(who: Acting) -> QuerySet[Enrolment]:
    return Enrolment.objects.select_related("programme", "side", "area").filter(person_id=who.person_id)


def mine(who: Acting, slug: str) -> Enrolment:
    """My enrolment in a programme; 404 for everything else, so that nobody learns who is enrolled."""
    found = mine_if_any(who, slug)
    if found is None:
        raise Http404
    return found


def mine_if_any(who: Acting, slug: str) -> Enrolment | None:
    """My enrolment in a programme, if I have one."""
    return _mine(who).filter(programme__slug=slug).first()


def my_locked(who: Acting, enrolment_id: uuid.UUID) -> Enrolment:
    """My enrolment, held for a change inside the caller's transaction; 404 when it is not mine."""
    found = lock(Enrolment.objects.filter(person_id=who.person_id, id=enrolment_id)).first()
    if found is None:
        raise Http404
    return found
