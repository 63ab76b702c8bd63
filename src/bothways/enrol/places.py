"""The places a member has for partners: taken and given back under lock; the database judges last."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import F
from django.utils.translation import gettext as _

from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.enrol import access, selectors
from bothways.enrol.models import Enrolment
from bothways.programme.api import standing_texts


def take_places(enrolment_ids: Iterable[uuid.UUID]) -> None:
    """Give each of these one partner more, or none of them.

    Call it inside the transaction that makes the pair. The rows are held in the order of their
    ids until that transaction ends, and consent, checks, state and room are looked at again. The refusal
    is the same for every reason, so that it tells nothing about the other person.
    """
    ids = sorted(set(enrolment_ids))
    held = list(access.lock(Enrolment.objects.filter(id__in=ids)).order_by("id"))
    if len(held) < len(ids) or not all(_has_room(enrolment) for enrolment in held) or not _agreed(held):
        raise Refused(_("This is not possible any more. It says nothing about you."))
    Enrolment.objects.filter(id__in=ids).update(partners=F("partners") + 1, waiting_since=now())


def give_back(enrolment_id: uuid.UUID) -> None:
    """A pair of this member ended: one place is free again, and a new wait begins."""
    Enrolment.objects.filter(id=enrolment_id, partners__gt=0).update(
        partners=F("partners") - 1, waiting_since=now()
    )


def _has_room(enrolment: Enrolment) -> bool:
    return enrolment.state == Enrolment.State.ACTIVE and enrolment.partners < enrolment.capacity


def _agreed(enrolments: list[Enrolment]) -> bool:
    for programme_id in {enrolment.programme_id for enrolment in enrolments}:
        text = standing_texts(programme_id).get(selectors.Purpose.MATCH)
        members = [enrolment.pk for enrolment in enrolments if enrolment.programme_id == programme_id]
        if text is None or selectors.matchable(text).filter(id__in=members).count() < len(members):
            return False
    return True
