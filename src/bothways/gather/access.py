"""The only way to one gathering: for members and coordinators of its programme. For others there is none."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from bothways.core.identity.api import Acting
from bothways.enrol.api import Enrolment
from bothways.gather.models import Gathering
from bothways.programme import api as programmes
from bothways.programme.api import Programme

# Who has confirmed. Anybody can begin an enrolment, and read no place and time by that.
CONFIRMED = (Enrolment.State.ACTIVE, Enrolment.State.PAUSED)


@dataclass(frozen=True, slots=True)
class Reader:
    """What I am in a programme: a member, a coordinator, or both."""

    programme: Programme
    member: bool
    staff: bool


def reader_of(who: Acting, slug: str) -> Reader:
    """A programme whose gatherings I may read. 404 for others."""
    return _reader(who, programmes.by_slug(slug))


def host_of(who: Acting, slug: str) -> Programme:
    """A programme for which I may publish gatherings. 403 for its members, 404 for everybody else."""
    reader = reader_of(who, slug)
    if not reader.staff:
        raise PermissionDenied
    return reader.programme


def open_gathering(who: Acting, gathering_id: uuid.UUID) -> tuple[Gathering, Reader]:
    """One gathering, for whoever may read it. 404 for others."""
    found = Gathering.objects.select_related("programme").filter(id=gathering_id).first()
    if found is None:
        raise Http404
    return found, _reader(who, found.programme)


def to_change(who: Acting, gathering_id: uuid.UUID) -> Gathering:
    """One gathering, for a coordinator of its programme. 403 for its members, 404 for everybody else."""
    found, reader = open_gathering(who, gathering_id)
    if not reader.staff:
        raise PermissionDenied
    return found


def held_enrolment(who: Acting, gathering_id: uuid.UUID) -> tuple[Gathering, Enrolment]:
    """A gathering and my enrolment, for an answer inside the caller's transaction.

    My enrolment is the one lock for what I answer, on all of my devices, and it does not end before the
    transaction. 403 for a coordinator who is no member, 404 for everybody else.
    """
    found, reader = open_gathering(who, gathering_id)
    mine = locked(_mine(who, found.programme)).first()
    if mine is None and reader.staff:
        raise PermissionDenied
    if mine is None:
        raise Http404
    return found, mine


def locked(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Enrolments held until the transaction ends. The tests of races switch this off."""
    return enrolments.select_for_update(of=("self",), no_key=True)


def _reader(who: Acting, programme: Programme) -> Reader:
    staff = programmes.coordinating(who, programme.pk) is not None
    member = _mine(who, programme).exists()
    if not staff and not member:
        raise Http404
    return Reader(programme, member, staff)


def _mine(who: Acting, programme: Programme) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(programme=programme, person_id=who.person_id, state__in=CONFIRMED)
