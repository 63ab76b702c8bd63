"""Writes: the lead's key and contact, by coordinators; a sealed report, by nobody in particular."""

from __future__ import annotations

import uuid
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import today
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.outbox.api import tell_all
from bothways.programme import api as programmes
from bothways.report import keylines, sealing
from bothways.report.models import Lead, LeadKey
from bothways.report.selectors import current_key

CONTACT_LENGTH = 500


class Outcome(StrEnum):
    """What became of a sealed report. The words are those of the database's function."""

    SENT = "sent"
    CHANGED = "changed"
    FULL = "full"


def set_contact(who: Acting, *, programme_id: uuid.UUID, contact: str) -> None:
    """Say how else to reach the lead. Everybody reads it. The same words again leave no trace."""
    plain = contact.replace("\x00", "").replace("\r\n", "\n").strip()
    if not plain:
        raise Refused(_("Please write how people can reach the safeguarding lead."))
    if len(plain) > CONTACT_LENGTH:
        raise Refused(_("This is too long. Please use at most 500 characters."))
    with transaction.atomic():
        programme = programmes.as_coordinator(who, programme_id)
        if Lead.objects.filter(programme=programme, contact=plain).exists():
            return
        Lead.objects.update_or_create(programme=programme, defaults={"contact": plain, "changed_on": today()})
        _record("report.contact", who, programme.id)


def set_key(who: Acting, *, programme_id: uuid.UUID, line: str) -> LeadKey:
    """From now on reports are sealed to the key in this line. The same key again changes nothing."""
    try:
        wanted = keylines.parse(line)
    except keylines.WrongLine as error:
        raise Refused(
            _("This is not a whole key line. Please copy it again, from the first letter to the last.")
        ) from error
    with transaction.atomic():
        programme = programmes.as_coordinator(who, programme_id)
        standing = current_key(programme.id)
        if standing is not None and standing.fingerprint == wanted.fingerprint():
            return standing
        key = LeadKey.objects.create(
            programme=programme, public_key=wanted.public_key, code_hash=wanted.code_hash, since=today()
        )
        _key_changed("report.key_set", who, programme, key)
        return key


def remove_key(who: Acting, *, programme_id: uuid.UUID) -> None:
    """From now on nothing can be sealed here. The list of keys says so, and keeps the old ones."""
    with transaction.atomic():
        programme = programmes.as_coordinator(who, programme_id)
        if current_key(programme.id) is None:
            return
        _key_changed(
            "report.key_off", who, programme, LeadKey.objects.create(programme=programme, since=today())
        )


def _key_changed(kind: str, who: Acting, programme: programmes.Programme, key: LeadKey) -> None:
    """No coordinator changes a key without the others hearing of it."""
    _record(kind, who, programme.id)
    path = reverse("report_lead", args=[programme.slug])
    others = [one for one in programmes.coordinator_ids(programme.id) if one != who.person_id]
    tell_all("report.key", [(person_id, path) for person_id in others], key=f"report-key-{key.id}")


def _record(kind: str, who: Acting, programme_id: uuid.UUID) -> None:
    record(kind, programme_id=programme_id, person_id=who.person_id, object_id=programme_id)


def file_report(*, programme_id: uuid.UUID, public_key: bytes, sealed: bytes) -> Outcome:
    """Keep a sealed report. It names no sender, and the day is all that is kept of the time.

    The same bytes again are the same report. Raises ValueError for bytes of no allowed size.
    """
    if len(sealed) not in sealing.SEALED_SIZES:
        raise ValueError("not the size of a sealed report")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT report_file(%s, %s, %s, %s, %s)",
            [programme_id, public_key, sealed, today(), room_today(programme_id)],
        )
        return Outcome(cursor.fetchone()[0])


def room_today(programme_id: uuid.UUID) -> int:
    """Bytes of reports that a programme takes today: between three quarters of the most and all of it.

    Whoever fills a programme up to its limit and counts must not learn how many reports were there before.
    """
    noise = salted_hmac("bothways.report.room", f"{programme_id} {today()}", algorithm="sha256").digest()
    quarter = sealing.MOST_STORED // 4
    return sealing.MOST_STORED - int.from_bytes(noise[:4]) % quarter


def bundle_for(*, programme_id: uuid.UUID, code: str) -> bytes:
    """Everything that was sealed to the key of this fetch code, sealed once more; one size always.

    The code of an earlier key fetches what was sealed to that key: nobody is cut off from it by a new one.
    Raises Refused for a code of no key of this programme.
    """
    known = LeadKey.objects.filter(programme_id=programme_id, code_hash=keylines.hash_of_code(code))
    # The first that came with this code: a line made up later, with the code's hash copied, takes nothing.
    key = known.order_by("id").first()
    if key is None or key.public_key is None:
        raise Refused(_("This code does not fit. Please check each letter."))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, sealed FROM report_bundle(%s, %s, %s)",
            [programme_id, bytes(key.public_key), keylines.plain_code(code)],
        )
        reports = [(day, bytes(sealed)) for day, sealed in cursor.fetchall()]
    return sealing.bundle(reports, bytes(key.public_key))


def delete_old() -> None:
    """Delete the reports whose time is over, and shuffle the others (see the migration)."""
    before = today() - timedelta(days=settings.SEALED_REPORT_DAYS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT report_tidy(%s)", [before])
