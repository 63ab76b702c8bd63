"""The guarded loaders of this room: a proposal is its two people's, a round its coordinators'."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from bothways.core.identity.api import Acting
from bothways.enrol.api import Enrolment
from bothways.match.models import Proposal, Round
from bothways.programme import api as programme

M = TypeVar("M", bound=Model)


def lock(rows: QuerySet[M], *, skip_busy: bool = False) -> QuerySet[M]:
    """Hold these rows until the transaction ends; with `skip_busy` those that nobody else holds.

    The tests of races switch this off.

    Order, for everyone who takes several: session, proposals by id, pairs by id, enrolments by id.
    Withdrawing, leaving and the ending of a pair go the same way, so no two wait for each other.
    """
    return rows.select_for_update(of=("self",), no_key=True, skip_locked=skip_busy)


def of_person(person_id: uuid.UUID) -> Q:
    return Q(left_person=person_id) | Q(right_person=person_id)


def my_proposal(who: Acting, proposal_id: uuid.UUID) -> Proposal:
    """A proposal to me; 404 for everybody else, coordinators too."""
    found = Proposal.objects.filter(of_person(who.person_id), id=proposal_id).first()
    if found is None:
        raise Http404
    return found


def coordinated_round(who: Acting, round_id: uuid.UUID) -> Round:
    """A round of a programme that I coordinate; a member gets 403, a stranger 404."""
    coordinated = programme.Staff.objects.filter(
        person_id=who.person_id, role=programme.Staff.Role.COORDINATOR
    ).values("programme_id")
    joined = Enrolment.objects.filter(person_id=who.person_id).values("programme_id")
    # One question for all of it, so that a round elsewhere costs no more than one that never was.
    near = Round.objects.filter(Q(programme__in=coordinated) | Q(programme__in=joined))
    found = near.select_related("programme").filter(id=round_id).first()
    if found is None:
        raise Http404
    if programme.coordinating(who, found.programme_id) is None:
        raise PermissionDenied
    return found
