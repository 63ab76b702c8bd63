"""The start of every write in this room: the session stands, the row is locked, the right is there."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.functional import Promise

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.people import api as people
from bothways.programme.models import Programme, Staff


def locked(programme_id: uuid.UUID) -> Programme:
    """The programme's row, locked against other writers of its set-up. Raises Http404.

    Enrolling needs no more than that the row exists, and is not held up.
    """
    programme = Programme.objects.select_for_update(no_key=True).filter(id=programme_id).first()
    if programme is None:
        raise Http404
    return programme


def as_coordinator(who: Acting, programme_id: uuid.UUID) -> Programme:
    """Inside the caller's transaction: my session, the locked programme, my role.

    Raises NotSignedIn, Http404, PermissionDenied, PasskeyNeeded.
    """
    confirm(who)
    programme = locked(programme_id)
    if not roles(programme).filter(person_id=who.person_id).exists():
        raise PermissionDenied
    people.require_passkey(who)
    return programme


def roles(programme: Programme) -> QuerySet[Staff]:
    """The coordinators' roles of a programme."""
    return Staff.objects.filter(programme=programme, role=Staff.Role.COORDINATOR)


def tidy(words: str, *, most: int, empty: Promise | str | None, long: Promise | str) -> str:
    """One line of words with single blanks. Raises Refused when empty (if that matters) or too long."""
    return _measured(" ".join(words.replace("\x00", "").split()), most=most, empty=empty, long=long)


def tidy_lines(words: str, *, most: int, empty: Promise | str | None, long: Promise | str) -> str:
    """Words that keep their lines. Raises Refused like `tidy`."""
    lines = words.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return _measured(lines, most=most, empty=empty, long=long)


def _measured(plain: str, *, most: int, empty: Promise | str | None, long: Promise | str) -> str:
    if not plain and empty is not None:
        raise Refused(empty)
    if len(plain) > most:
        raise Refused(long)
    return plain
