"""The guarded loaders: the only way to one programme, and to the right of setting it up."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, QuerySet
from django.http import Http404

from bothways.core.identity.api import Acting
from bothways.people import api as people
from bothways.programme.models import Area, Programme, Staff


def by_slug(slug: str) -> Programme:
    """The programme at this address, open or not. Raises Http404."""
    return _found(Programme.objects.filter(slug=slug).first() if _plain(slug) else None)


def by_id(programme_id: uuid.UUID) -> Programme:
    """The programme with this id, open or not. Raises Http404."""
    return _found(Programme.objects.filter(id=programme_id).first())


def open_programme(slug: str) -> Programme:
    """The programme at this address if people may enrol in it. Raises Http404."""
    return _found(Programme.objects.filter(slug=slug, open=True).first() if _plain(slug) else None)


def coordinator_of(who: Acting | None, programme_id: uuid.UUID) -> Staff | None:
    """My role as a coordinator of this programme, or None."""
    if who is None:
        return None
    return _roles_of(who, programme_id).first()


def coordinating(who: Acting, programme_id: uuid.UUID) -> Staff | None:
    """My role as a coordinator of this programme, for what only coordinators see and do, or None.

    Raises PasskeyNeeded for a coordinator who has shown no passkey in this session.
    """
    mine = _roles_of(who, programme_id).annotate(passkey=Exists(people.passkey_shown(who)))
    staff = mine.first()
    if staff is not None and not staff.passkey:
        # Raises, except in the demo.
        people.require_passkey(who)
    return staff


def require_coordinator(who: Acting, slug: str) -> tuple[Programme, Staff]:
    """The programme and my role in it.

    Raises Http404 when there is no such programme, or none that was ever opened; PermissionDenied
    when I am not its coordinator; PasskeyNeeded when I have shown no passkey in this session.
    """
    programme = by_slug(slug)
    staff = coordinating(who, programme.id)
    if staff is None:
        if programme.opened_at is None:
            raise Http404
        raise PermissionDenied
    return programme, staff


def public_programme(who: Acting | None, slug: str) -> tuple[Programme, Staff | None]:
    """The programme for its public page, and my role if I have one.

    Until it is opened the first time only its coordinators see it. Raises Http404.
    """
    programme = by_slug(slug)
    staff = coordinator_of(who, programme.id)
    if programme.opened_at is None and staff is None:
        raise Http404
    return programme, staff


def area_in(programme: Programme, area_id: int) -> Area:
    """An area of this programme. Raises Http404."""
    # Above this the column cannot hold it, and asking would be a database error.
    found = Area.objects.filter(programme=programme, id=area_id).first() if area_id < 2**63 else None
    if found is None:
        raise Http404
    return found


def _roles_of(who: Acting, programme_id: uuid.UUID) -> QuerySet[Staff]:
    return Staff.objects.filter(
        programme_id=programme_id, person_id=who.person_id, role=Staff.Role.COORDINATOR
    )


def _plain(slug: str) -> bool:
    return "\x00" not in slug


def _found(programme: Programme | None) -> Programme:
    if programme is None:
        raise Http404
    return programme
