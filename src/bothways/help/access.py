"""The only way to one request: for who made it and for whom it is meant. For others there is none."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from bothways.core.identity.api import Acting
from bothways.enrol.api import of_person
from bothways.help.models import Reply, Request
from bothways.pair.api import Pair, live_pair
from bothways.programme import api as programmes
from bothways.programme.api import Area, Programme, Staff


class Role(Enum):
    """What a person is to one request."""

    REQUESTER = "requester"
    PARTNER = "partner"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Standing:
    """A request, and what I am to it."""

    request: Request
    role: Role
    staff: Staff | None = None

    @property
    def is_mine(self) -> bool:
        return self.role is Role.REQUESTER

    @property
    def pair(self) -> Pair | None:
        """The pair whose partner was asked. Coordinators know of none."""
        return None if self.role is Role.COORDINATOR else self.request.pair

    @property
    def pair_ended(self) -> bool:
        return self.pair is not None and self.pair.is_ended

    @property
    def has_reader(self) -> bool:
        """Whether there is anybody for whom more can be written."""
        return not self.pair_ended or self.request.coordinators_at is not None


def open_request(who: Acting, request_id: uuid.UUID) -> Standing:
    """A request that is mine or meant for me. 404 for everybody else, and for a partner whose pair has
    ended."""
    request = _for_me(who).filter(id=request_id).first()
    if request is None:
        raise Http404
    return _standing(who, request)


def held_request(who: Acting, request_id: uuid.UUID) -> Standing:
    """The same, for a change inside the caller's transaction: the request does not change before its end."""
    request = locked(_for_me(who)).filter(id=request_id).first()
    if request is None:
        raise Http404
    return _standing(who, request)


def held_to_write(who: Acting, request_id: uuid.UUID) -> Standing:
    """The same, for words that the partner or the requester will read: the pair does not end before it.

    Refused when it has ended and nobody else is asked.
    """
    standing = open_request(who, request_id)
    if standing.pair is not None and not (standing.pair_ended and standing.has_reader):
        live_pair(who, standing.pair.pk, lock=True)
    return held_request(who, request_id)


def locked(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Requests held until the transaction ends. The tests of races switch this off."""
    return requests.select_for_update(of=("self",), no_key=True)


def require_mine(standing: Standing) -> Request:
    """The request, for what only its requester may do. Raises PermissionDenied."""
    if not standing.is_mine:
        raise PermissionDenied
    return standing.request


def my_reply(who: Acting, reply_id: uuid.UUID) -> Reply:
    """Words that I wrote under a request. 404 for all others."""
    reply = Reply.objects.filter(id=reply_id, person_id=who.person_id).first()
    if reply is None:
        raise Http404
    return reply


def my_programme(who: Acting, slug: str) -> Programme:
    """A programme that I am enrolled in. 403 for its coordinators, 404 for everybody else."""
    programme = programmes.by_slug(slug)
    if is_member(who, programme.id):
        return programme
    if programmes.coordinator_of(who, programme.id):
        raise PermissionDenied
    raise Http404


def is_member(who: Acting, programme_id: uuid.UUID) -> bool:
    """Whether I am enrolled in a programme, however far my enrolment has come."""
    return any(enrolment.programme_id == programme_id for enrolment in of_person(who))


def _for_me(who: Acting) -> QuerySet[Request]:
    """What I made and what is meant for me, asked in one go: a request of others costs no more than one
    that never was."""
    pairs = Pair.objects.filter(halves__person_id=who.person_id, ended_at=None).values("id")
    coordinated = Staff.objects.filter(person_id=who.person_id, role=Staff.Role.COORDINATOR)
    # Joined: a service that is not open to me any more is none, and no fault.
    return Request.objects.select_related("pair", "service").filter(
        Q(person_id=who.person_id)
        | Q(pair__in=pairs)
        | Q(coordinators_at__isnull=False, programme_id__in=coordinated.values("programme_id"))
    )


def _standing(who: Acting, request: Request) -> Standing:
    if request.person_id == who.person_id:
        return Standing(request, Role.REQUESTER)
    if request.pair_id is not None and is_partner(who, request.pair_id):
        return Standing(request, Role.PARTNER)
    if request.coordinators_at is None:
        raise Http404
    staff = programmes.coordinating(who, request.programme_id)
    if staff is None:
        raise Http404
    return Standing(request, Role.COORDINATOR, staff)


def is_partner(who: Acting, pair_id: uuid.UUID) -> bool:
    """Whether this is a pair of mine that has not ended."""
    return Pair.objects.filter(id=pair_id, halves__person_id=who.person_id, ended_at=None).exists()


def area_of(programme_id: uuid.UUID, area_id: int | None) -> Area | None:
    """An area of this programme, or none where none was chosen. 404 for one of another."""
    return get_object_or_404(Area, programme_id=programme_id, id=area_id) if area_id is not None else None
