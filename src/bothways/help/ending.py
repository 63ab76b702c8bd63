"""What becomes of requests with time: one that nobody closes expires, and what is over is erased."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.outbox.api import tell
from bothways.help.ladder import held, path_of
from bothways.help.models import Opening, Reply, Request
from bothways.programme import api as programmes

# So long before it expires its requester is told.
WARNING = timedelta(days=7)


def warn_and_expire(limit: int = 500) -> int:
    """Tell whose request expires soon, and close those whose time is over. For the job; twice is once.

    Nobody's request closes less than a week after they were told, however long jobs stood still.
    Returns how many were told or closed.
    """
    standing = Request.objects.filter(closed_at=None).order_by("expires_at", "id")
    soon = standing.filter(expires_at__lte=now() + WARNING, warned_at=None)
    over = standing.filter(expires_at__lte=now(), warned_at__isnull=False)
    told = sum(_warn(one) for one in list(soon.values_list("id", flat=True)[:limit]))
    return told + sum(_expire(one) for one in list(over.values_list("id", flat=True)[:limit]))


def erase_closed(limit: int = 500) -> int:
    """Delete what was closed long ago: the request, what was written under it, and their words.

    Returns how many. The database deletes each row's words with it.
    """
    before = now() - timedelta(days=settings.REQUEST_ERASE_DAYS)
    over = Request.objects.filter(closed_at__lte=before).order_by("closed_at", "id")
    ids = list(over.values_list("id", flat=True)[:limit])
    with transaction.atomic():
        Reply.objects.filter(request_id__in=ids).delete()
        Opening.objects.filter(request_id__in=ids).delete()
        Request.objects.filter(id__in=ids).delete()
    return len(ids)


def _warn(request_id: uuid.UUID) -> bool:
    with transaction.atomic():
        request = held(request_id)
        if request is None or request.is_closed or request.warned_at is not None:
            return False
        moment = now()
        if request.expires_at > moment + WARNING:
            return False
        request.warned_at, request.expires_at = moment, max(request.expires_at, moment + WARNING)
        request.save(update_fields=["warned_at", "expires_at"])
        key = f"request.expires:{request.id}:{moment.isoformat()}"
        tell(request.person_id, "request.expires", path=path_of(request), key=key)
    return True


def _expire(request_id: uuid.UUID) -> bool:
    with transaction.atomic():
        request = held(request_id)
        if request is None or request.is_closed or request.warned_at is None or request.expires_at > now():
            return False
        request.state, request.closed_at, request.climbs_at = Request.State.EXPIRED, now(), None
        request.save(update_fields=["state", "closed_at", "climbs_at"])
        record(
            "request.expired",
            programme_id=request.programme_id,
            person_id=request.person_id,
            object_id=request.id,
        )
        path = reverse("my_requests", args=[programmes.by_id(request.programme_id).slug])
        tell(request.person_id, "request.expired", path=path, key=f"request.expired:{request.id}")
    return True
