"""Where a request goes when nobody answers: to rungs that its requester agreed to, and to no other.

A partner first; then the coordinators; then a service that the requester chose from the directory. A service
reads nothing here: its rung gives the requester the contact and words to show or to send.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.outbox.api import tell
from bothways.help import access
from bothways.help.access import held_request, require_mine
from bothways.help.models import Request, Service
from bothways.programme import api as programmes

# Days that the requester can choose between.
WAITS = (1, 3, 7, 14)


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a requester agrees to: may coordinators see it, which service would help, how long each waits."""

    coordinators: bool = False
    service_id: uuid.UUID | None = None
    wait_days: int = 3


NO_LADDER = Ladder()


def set_ladder(who: Acting, *, request_id: uuid.UUID, ladder: Ladder) -> Request:
    """Say where my request goes when nobody answers. Only I can, while it is open; again is the same as once.

    Where it is already, it stays: coordinators who see it see it until it is closed.
    """
    with transaction.atomic():
        confirm(who)
        request = require_mine(held_request(who, request_id))
        if request.is_closed:
            raise Refused(_("This request is closed, so it goes nowhere any more."))
        before = (request.coordinators_entry_id is not None, request.service_id, request.wait_days)
        put_on_ladder(who, request, ladder)
        after = (request.coordinators_entry_id is not None, request.service_id, request.wait_days)
        if after != before:
            if request.state == Request.State.OPEN:
                request.climbs_at = _due(request)
            request.save(
                update_fields=[
                    "coordinators_entry_id",
                    "service",
                    "service_at",
                    "wait_days",
                    "climbs_at",
                ]
            )
            _record("request.ladder", request)
    return request


def keep_open(who: Acting, *, request_id: uuid.UUID) -> Request:
    """Say that I still need it: its time begins anew. Only I can."""
    with transaction.atomic():
        confirm(who)
        request = require_mine(held_request(who, request_id))
        if request.is_closed:
            raise Refused(_("This request is closed. You can make a new one."))
        request.save(update_fields=_stays(request))
        _record("request.kept", request)
    return request


def put_on_ladder(who: Acting, request: Request, ladder: Ladder) -> None:
    """Write into the request what its requester agrees to, in their session. The caller saves it."""
    if request.coordinators_at is None:
        if not ladder.coordinators:
            request.coordinators_entry_id = None
        elif request.coordinators_entry_id is None:
            request.coordinators_entry_id = who.entry_id
    if ladder.service_id != request.service_id:
        request.service, request.service_at = _service(request, ladder.service_id), None
    request.wait_days = ladder.wait_days


def wait_anew(request: Request) -> list[str]:
    """The requester has just written: everybody has the whole time again. Returns the fields to save."""
    request.climbs_at = _due(request)
    return ["climbs_at", *_stays(request)]


def climb_due(limit: int = 500) -> int:
    """Move every request whose time is over to its next rung. For the job; twice is once. Returns
    how many."""
    due = Request.objects.filter(state=Request.State.OPEN, climbs_at__lte=now()).order_by("climbs_at", "id")
    return sum(_climb(request_id) for request_id in list(due.values_list("id", flat=True)[:limit]))


def _climb(request_id: uuid.UUID) -> bool:
    with transaction.atomic():
        request = held(request_id)
        moment = now()
        # Looked at again under the lock: it may have been answered, closed or changed a moment ago.
        if request is None or not _is_due(request):
            return False
        rung = request.next_rung
        if rung == "coordinators":
            request.coordinators_at = moment
        elif rung == "service":
            request.service_at = moment
        request.climbs_at = _due(request)
        request.save(update_fields=["coordinators_at", "service_at", "climbs_at"])
        if not rung:
            return False
        _record("request.climbed", request, rung=1 if rung == "coordinators" else 2)
        key = f"request.climbed:{request.id}:{moment.isoformat()}"
        tell(request.person_id, "request.climbed", path=path_of(request), key=key)
        if rung == "coordinators":
            tell_coordinators(request)
    return True


def _is_due(request: Request) -> bool:
    return (
        request.state == Request.State.OPEN and request.climbs_at is not None and request.climbs_at <= now()
    )


def stop_climbing(*, person_id: uuid.UUID, programme_id: uuid.UUID) -> None:
    """Somebody leaves a programme: no request of theirs comes to anybody new in it."""
    # Nothing but what the job that finishes a leaving may change too.
    mine = Request.objects.filter(person_id=person_id, programme_id=programme_id)
    mine.filter(climbs_at__isnull=False).update(climbs_at=None)


def held(request_id: uuid.UUID) -> Request | None:
    """A request that stays as it is until the job's transaction ends; None when it is gone."""
    return access.locked(Request.objects.filter(id=request_id)).first()


def tell_coordinators(request: Request) -> None:
    """A notice to each coordinator of the programme; a requester who coordinates is not told of their own."""
    path = reverse("requests", args=[programmes.by_id(request.programme_id).slug])
    for coordinator in programmes.coordinator_ids(request.programme_id):
        if coordinator != request.person_id:
            tell(coordinator, "request.coordinators", path=path, key=f"request.coordinators:{request.id}")


def path_of(request: Request) -> str:
    return reverse("request", args=[request.id])


def _due(request: Request) -> datetime | None:
    """When the next rung is reached, counted from now; None where there is none."""
    return now() + timedelta(days=request.wait_days) if request.next_rung else None


def _stays(request: Request) -> list[str]:
    request.expires_at = max(now() + timedelta(days=settings.REQUEST_OPEN_DAYS), request.expires_at or now())
    request.warned_at = None
    return ["expires_at", "warned_at"]


def _service(request: Request, service_id: uuid.UUID | None) -> Service | None:
    if service_id is None:
        return None
    found = Service.objects.filter(id=service_id, programme_id=request.programme_id, ended_at=None).first()
    if found is None:
        raise Http404
    return found


def _record(kind: str, request: Request, **numbers: int) -> None:
    record(
        kind,
        programme_id=request.programme_id,
        person_id=request.person_id,
        object_id=request.id,
        **numbers,
    )
