"""How a coordinator reads a request: a receipt first, committed; then the words, for a while."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.receipts import api as receipts
from bothways.core.receipts.api import Receipt
from bothways.help.access import Role, Standing, open_request
from bothways.help.models import Opening, Request
from bothways.help.words import KINDS, day
from bothways.people.api import language_of, time_zone_of

# For so long a receipt opens the request; later it takes a new one.
GOOD_FOR = timedelta(minutes=30)
# Machines of one installation may differ by so much.
SKEW = timedelta(minutes=1)


def open_with_receipt(who: Acting, *, request_id: uuid.UUID) -> Receipt:
    """Write the receipt that the requester sees, and open the request to me for half an hour.

    Not inside a transaction: the receipt is committed before anything can be read. Raises
    PermissionDenied for others than a coordinator, Refused when the request is closed, and whatever
    the database raises when the receipt cannot be written; then nothing is open.
    """
    standing = open_request(who, request_id)
    if standing.role is not Role.COORDINATOR:
        raise PermissionDenied
    if standing.request.is_closed:
        raise Refused(_("This request is closed, so there is nothing to open."))
    standing_receipt = good_receipt(who, standing)
    if standing_receipt is not None:
        return standing_receipt
    with transaction.atomic():
        confirm(who)
    receipt = _write_receipt(who, standing)
    with transaction.atomic():
        confirm(who)
        Opening.objects.create(
            request=standing.request, person_id=who.person_id, receipt_id=receipt.pk, at=receipt.at
        )
        record(
            "request.opened",
            programme_id=standing.request.programme_id,
            person_id=who.person_id,
            object_id=standing.request.id,
        )
    return receipt


def good_receipt(who: Acting, standing: Standing) -> Receipt | None:
    """My committed receipt for this request, if it is not too old and the request is not closed."""
    if standing.role is not Role.COORDINATOR or standing.request.is_closed:
        return None
    mine = Opening.objects.filter(request=standing.request, person_id=who.person_id)
    end_old(mine)
    opening = mine.filter(ended_at=None).order_by("-at").first()
    if opening is None:
        return None
    return Receipt.objects.filter(
        id=opening.receipt_id, reader_id=who.person_id, subject_id=standing.request.person_id
    ).first()


def end_old(openings: QuerySet[Opening] | None = None) -> int:
    """Write down which openings are over, so that a clock that is put back opens none again. Returns how
    many. One from the future was made before the clock was put back: it takes a new receipt too."""
    rows = Opening.objects.all() if openings is None else openings
    moment = now()
    over = Q(at__lte=moment - GOOD_FOR) | Q(at__gt=moment + SKEW)
    return rows.filter(over, ended_at=None).update(ended_at=moment)


def has_opened(who: Acting, request: Request) -> bool:
    """Whether I ever opened this request."""
    return Opening.objects.filter(request=request, person_id=who.person_id).exists()


def _write_receipt(who: Acting, standing: Standing) -> Receipt:
    request = standing.request
    assert standing.staff is not None
    # In the language of the one whose words are read: it is that person who reads the receipt.
    with override(language_of(request.person_id)):
        made = day(request.made_at, time_zone_of(request.person_id))
        what = gettext("Your request of %(day)s") % {"day": made}
        role, task = gettext("Coordinator"), gettext("To answer it: %(kind)s") % {"kind": KINDS[request.kind]}
    return receipts.write(
        who,
        role=role[:40],
        name=standing.staff.public_name,
        subject_id=request.person_id,
        what=what[:60],
        task=task[:120],
    )
