"""Coordinators: invited with a one-time code, appointed by themselves, free to step down."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.outbox.api import tell
from bothways.programme import codes
from bothways.programme.models import Invitation, Programme, Staff
from bothways.programme.services import invitations
from bothways.programme.services.guard import as_coordinator, locked, roles
from bothways.programme.services.setup import CODE_LASTS, appoint, public_name_of, shut


def invite(who: Acting, *, programme_id: uuid.UUID) -> str:
    """A one-time code for one more coordinator, shown once. An earlier one that waits stops working."""
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        code = _new_invitation(programme)
        _record("coordinator.invited", programme, who.person_id)
        return code


def new_coordinator_code(programme: Programme) -> str:
    """A code for a programme that has no coordinator any more. Raises Refused while there is one."""
    with transaction.atomic():
        row = locked(programme.id)
        if roles(row).exists():
            raise Refused(_("This programme has a coordinator. Only coordinators invite coordinators."))
        return _new_invitation(row)


def _new_invitation(programme: Programme) -> str:
    Invitation.objects.filter(programme=programme, used_at=None).delete()
    code, moment = codes.fresh(), now()
    Invitation.objects.create(
        programme=programme, code_hash=codes.hash_of(code), made_at=moment, expires_at=moment + CODE_LASTS
    )
    return code


def forget_old_codes() -> int:
    """Delete the codes that nobody used in time, so that no clock makes them good again. Returns how many."""
    return Invitation.objects.filter(used_at=None, expires_at__lte=now()).delete()[0]


def withdraw_invitation(who: Acting, *, programme_id: uuid.UUID) -> None:
    """The code that waits stops working."""
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        Invitation.objects.filter(programme=programme, used_at=None).delete()


def take_up(who: Acting, *, code: str, public_name: str) -> Staff:
    """Become a coordinator, in my own session, with a public name. The same button twice is once."""
    public_name = public_name_of(public_name)
    with transaction.atomic():
        confirm(who)
        programme = locked(_programme_of(code))
        mine = roles(programme).filter(person_id=who.person_id).first()
        if mine is not None:
            return mine
        _use(code, programme)
        others = list(roles(programme).values_list("person_id", flat=True))
        staff = appoint(who, programme, public_name)
        _record("coordinator.joined", programme, who.person_id)
        for person_id in others:
            tell(
                person_id,
                "coordinator.joined",
                path=reverse("programme_coordinators", args=[programme.slug]),
                key=f"coordinator-{staff.id}",
            )
        return staff


def _programme_of(code: str) -> uuid.UUID:
    found = invitations.find(code)
    if found is None or found.programme_id is None:
        raise Refused(_("We do not know this code. Please check each letter, or ask for a new code."))
    return found.programme_id


def _use(code: str, programme: Programme) -> None:
    """Spend the code. Read again under the programme's lock: it may be spent or withdrawn by now."""
    found = invitations.find(code)
    if found is not None and found.used_at is None and found.is_too_old:
        raise Refused(_("This code is too old. Please ask for a new one."))
    if not invitations.spend(code, programme.id):
        raise Refused(_("This code was used or taken back already. Please ask for a new one."))


def rename(who: Acting, *, programme_id: uuid.UUID, public_name: str) -> None:
    """Change the name that members see for me."""
    public_name = public_name_of(public_name)
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        roles(programme).filter(person_id=who.person_id).update(public_name=public_name)


def step_down(who: Acting, *, programme_id: uuid.UUID) -> None:
    """Stop being a coordinator. Raises Refused for the last one. What I invited goes with me."""
    with transaction.atomic():
        programme = as_coordinator(who, programme_id)
        if _is_last(programme, who.person_id):
            raise Refused(
                _("You are the only coordinator. Please invite somebody else first, then step down.")
            )
        Invitation.objects.filter(programme=programme, used_at=None).delete()
        _end(programme, who.person_id)


def leave_all(person_id: uuid.UUID) -> None:
    """End every role of somebody who leaves, inside the caller's transaction; may run twice.

    Leaving needs nobody's permission, so the last coordinator goes too. A programme without one takes
    no new people and starts no rounds until the operator gives somebody a code for it.
    """
    ids = Staff.objects.filter(person_id=person_id).values_list("programme_id", flat=True)
    for programme_id in sorted(set(ids)):
        programme = locked(programme_id)
        last = _is_last(programme, person_id)
        Invitation.objects.filter(programme=programme, used_at=None).delete()
        # Before the role ends: a programme is changed by its coordinators.
        if last:
            shut(programme, person_id=None)
        _end(programme, person_id)


def _is_last(programme: Programme, person_id: uuid.UUID) -> bool:
    return not roles(programme).exclude(person_id=person_id).exists()


def _end(programme: Programme, person_id: uuid.UUID) -> None:
    Staff.objects.filter(programme=programme, person_id=person_id).delete()
    _record("coordinator.left", programme, None)


def _record(kind: str, programme: Programme, person_id: uuid.UUID | None) -> None:
    record(kind, programme_id=programme.id, person_id=person_id, object_id=programme.id)
