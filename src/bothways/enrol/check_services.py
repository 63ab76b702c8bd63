"""Checks: a member asks for a code, a coordinator who is given it sets the day, the member may delete it.

No coordinator can look for a member: the code that the member hands over is the only way to a check.
"""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.outbox import api as outbox
from bothways.core.receipts import api as receipts
from bothways.enrol import access, tries
from bothways.enrol.checks import Item, item_of, today_in
from bothways.enrol.models import Check, Enrolment
from bothways.programme import api as programmes
from bothways.programme.api import Programme, Side, Staff, catalogue, codes

CODE_LASTS = timedelta(days=1)
MOST_YEARS = 5
# For so long the receipt of looking also stands for setting.
RECEIPT_LASTS = timedelta(minutes=30)
NO_SUCH_CODE = _(
    "This code does not work. It may be mistyped, used already or older than a day. "
    "Please ask the member for a new one."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a coordinator learns from a code: the kind of check, the side, and the code's last letters."""

    item: Item
    side: Side
    ending: str


@transaction.atomic
def ask(who: Acting, *, enrolment_id: uuid.UUID, kind: str) -> tuple[str, datetime]:
    """A code for one kind of check, shown once, and until when it works. An earlier one stops working."""
    confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    item = item_of(kind)
    if item is None or enrolment.side is None or not enrolment.side.checks & item.bit:
        raise Refused(_("Nobody asks for this check any more. You need not do anything."))
    if enrolment.state == Enrolment.State.DRAFT:
        raise Refused(_("Please fill in the steps and send them first."))
    _waiting(enrolment, item).delete()
    code, moment = codes.fresh(groups=2, group=4), now()
    row = Check.objects.create(
        enrolment=enrolment,
        person_id=who.person_id,
        entry_id=who.entry_id,
        kind=item.number,
        asked_at=moment,
        code_hash=_hash(enrolment.programme_id, code),
        code_until=moment + CODE_LASTS,
    )
    _record("check.asked", enrolment.programme_id, who.person_id, row.pk)
    return code, moment + CODE_LASTS


@transaction.atomic
def take_back(who: Acting, *, enrolment_id: uuid.UUID, kind: str) -> None:
    """The code that waits stops working."""
    confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    item = item_of(kind)
    if item is not None:
        _drop(who, enrolment, _waiting(enrolment, item).first(), "check.taken_back")


@transaction.atomic
def delete(who: Acting, *, enrolment_id: uuid.UUID, kind: str) -> None:
    """Delete a check of mine. Nothing of it is kept; pairs stay as they are.

    The enrolment is held: an acceptance that counts on this check comes before or after, not meanwhile.
    """
    confirm(who)
    enrolment = access.my_locked(who, enrolment_id)
    item = item_of(kind)
    if item is not None:
        standing = Check.objects.filter(enrolment=enrolment, kind=item.number, valid_until__isnull=False)
        _drop(who, enrolment, standing.first(), "check.deleted")


def look(who: Acting, *, programme: Programme, code: str) -> Asked:
    """What a code asks for, as a coordinator of its programme. The member's receipt is committed first."""
    asked, member = _found(who, programme, code)
    _write_receipt(who, programme, asked.item, member)
    return asked


def set_until(who: Acting, *, programme: Programme, code: str, valid_until: date) -> None:
    """Say until when a check is valid. The code is used up; the day is corrected only with a new one.

    The member's receipt is committed first. Activates, enrols and pairs nobody.
    """
    asked, member = _found(who, programme, code)
    today = today_in(programme)
    if not today < valid_until <= latest(today):
        raise Refused(_("Please choose a day after today and within five years."))
    _write_receipt(who, programme, asked.item, member)
    with transaction.atomic():
        confirm(who)
        _staff(who, programme)
        done = _set(who, _hash(programme.pk, code), valid_until)
        if done is None:
            raise Refused(NO_SUCH_CODE)
        member_id, enrolment_id, check_id = done
        _record("check.set", programme.pk, member_id, enrolment_id)
        path = reverse("enrolment_checks", args=[programme.slug])
        outbox.tell(member_id, "check.set", path=path, key=f"check.set:{check_id}")


def latest(today: date) -> date:
    """The last day that may be set."""
    try:
        return today.replace(year=today.year + MOST_YEARS)
    except ValueError:
        return today.replace(year=today.year + MOST_YEARS, day=28)


def clear_codes(limit: int = 1000) -> int:
    """Delete the codes that nobody used in their day. Returns how many."""
    old = Check.objects.filter(valid_until=None, code_until__lte=now())
    ids = list(old.values_list("id", flat=True)[:limit])
    return Check.objects.filter(id__in=ids, valid_until=None).delete()[0]


@dataclass(frozen=True, slots=True)
class _Member:
    """Whose code it is, for the receipt: an id, and the language that the receipt is written in."""

    id: uuid.UUID
    language: str


def _found(who: Acting, programme: Programme, code: str) -> tuple[Asked, _Member]:
    """What waits behind a code, and whose it is. A wrong code counts against the coordinator."""
    with transaction.atomic():
        confirm(who)
        _staff(who, programme)
    tries.claim(who)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, kind, side_id, language FROM enrol_check_with_code(%s, %s, %s)",
            [_hash(programme.pk, code), now(), who.person_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise Refused(NO_SUCH_CODE)
    tries.give_back(who)
    person_id, kind, side_id, language = row
    if person_id == who.person_id:
        raise Refused(_("This is your own code. Please ask another coordinator to set your check."))
    side = next(side for side in programmes.sides(programme.pk) if side.pk == side_id)
    return Asked(catalogue.CHECKS[kind], side, codes.plain(code)[-4:]), _Member(person_id, language)


def _set(who: Acting, code_hash: bytes, until: date) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id, enrolment_id, check_id FROM enrol_check_set(%s, %s, %s, %s, %s)",
            [code_hash, until, now(), who.person_id, who.entry_id],
        )
        row: tuple[uuid.UUID, uuid.UUID, uuid.UUID] | None = cursor.fetchone()
        return row


def _staff(who: Acting, programme: Programme) -> Staff:
    _one, staff = programmes.require_coordinator(who, programme.slug)
    return staff


def _write_receipt(who: Acting, programme: Programme, item: Item, member: _Member) -> None:
    """One receipt for looking and setting, unless the two are far apart."""
    staff = _staff(who, programme)
    # In the language of the one whose check it is: it is that person who reads the receipt.
    with override(member.language):
        what = gettext("Your check: %(kind)s") % {"kind": item.words}
        role, task = gettext("Coordinator"), gettext("To set until when it is valid")
    what, task = what[:60], task[:120]
    fresh = receipts.Receipt.objects.filter(
        reader_id=who.person_id, subject_id=member.id, what=what, task=task, at__gt=now() - RECEIPT_LASTS
    )
    if not fresh.exists():
        name = staff.public_name
        receipts.write(who, role=role[:40], name=name, subject_id=member.id, what=what, task=task)


def _waiting(enrolment: Enrolment, item: Item) -> QuerySet[Check]:
    return Check.objects.filter(enrolment=enrolment, kind=item.number, valid_until=None)


def _drop(who: Acting, enrolment: Enrolment, row: Check | None, kind: str) -> None:
    if row is not None:
        row.delete()
        _record(kind, enrolment.programme_id, who.person_id, enrolment.pk)


def _record(kind: str, programme_id: uuid.UUID, person_id: uuid.UUID, object_id: uuid.UUID) -> None:
    record(kind, programme_id=programme_id, person_id=person_id, object_id=object_id)


def _hash(programme_id: uuid.UUID, code: str) -> bytes:
    """Keyed, because a code of eight letters could be guessed from a plain hash; and good in its own
    programme only."""
    words = f"check:{programme_id}:{codes.plain(code)}"
    return hmac.digest(settings.SECRET_KEY.encode(), words.encode(), "sha256")
