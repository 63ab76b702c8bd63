"""Where a person is signed in, for that person's own eyes, and where a passkey was shown."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bothways.core.clock.api import now, today
from bothways.core.events.api import record
from bothways.core.identity import api as identity
from bothways.core.identity.api import Acting, acting
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.outbox.api import tell
from bothways.core.registry.api import is_demo
from bothways.people.models import Person, SignedInBrowser
from bothways.people.services import lock

SEEN_ON = "seen_on"
PASSKEY = "webauthn"


class PasskeyNeeded(Exception):
    """What a coordinator does needs a session in which a passkey was shown."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One place where I am signed in."""

    id: uuid.UUID
    opened_at: datetime
    seen_on: date | None
    passkey: bool
    here: bool


def signed_in_with_passkey(who: Acting) -> bool:
    """Whether this session was opened, or confirmed, with a passkey."""
    return passkey_shown(who).exists()


def passkey_shown(who: Acting) -> QuerySet[SignedInBrowser]:
    """The same as rows (one or none), for rooms that ask it together with something else."""
    return SignedInBrowser.objects.filter(
        entry_id=who.entry_id, person_id=who.person_id, passkey_at__isnull=False
    )


def require_passkey(who: Acting) -> None:
    """Raise PasskeyNeeded unless a passkey was shown in this session.

    In the demo a code is enough: its people are invented, and their codes are on a page for everybody.
    """
    if not signed_in_with_passkey(who) and not (settings.DEMO and is_demo()):
        raise PasskeyNeeded


def confirm_with_passkey(who: Acting) -> None:
    """A passkey was shown in this session."""
    SignedInBrowser.objects.update_or_create(
        entry_id=who.entry_id,
        defaults={"passkey_at": now()},
        create_defaults={"person_id": who.person_id, "seen_on": today(), "passkey_at": now()},
    )


def note_sign_in(sender: Any, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """A sign-in is complete: put it on the person's list, and tell them if it is not their first."""
    who = acting(str(request.session.get(SESSION_KEY, "")))
    if who is None:
        return
    shown = any(one.get("type") == PASSKEY for one in get_authentication_records(request, user))
    with transaction.atomic():
        SignedInBrowser.objects.create(
            entry_id=who.entry_id,
            person_id=who.person_id,
            seen_on=today(),
            passkey_at=now() if shown else None,
        )
        if identity.entries_before(who):
            tell(who.person_id, "sign_in.new", path=reverse("sign_ins"), key=f"sign_in.new:{who.entry_id}")
    request.session[SEEN_ON] = today().isoformat()


def note_passkey(sender: Any, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """A passkey was shown again by somebody who is signed in."""
    who = getattr(request, "acting", None)
    if kwargs.get("type") == PASSKEY and isinstance(who, Acting) and who.person_id == user.pk:
        confirm_with_passkey(who)


def note_seen(who: Acting, request: HttpRequest) -> None:
    """Remember, once a day, that this session was used on this day."""
    day = today()
    if request.session.get(SEEN_ON) != day.isoformat():
        SignedInBrowser.objects.update_or_create(
            entry_id=who.entry_id,
            defaults={"seen_on": day},
            create_defaults={"person_id": who.person_id, "seen_on": day},
        )
        request.session[SEEN_ON] = day.isoformat()


def mine(who: Acting) -> list[OpenSession]:
    """Where I am signed in: here first, then the newest."""
    known = {row.entry_id: row for row in SignedInBrowser.objects.filter(person_id=who.person_id)}
    rows = [
        OpenSession(
            id=entry_id,
            opened_at=opened_at,
            seen_on=known[entry_id].seen_on if entry_id in known else None,
            passkey=entry_id in known and known[entry_id].passkey_at is not None,
            here=entry_id == who.entry_id,
        )
        for entry_id, opened_at in identity.open_entries(who).items()
    ]
    return sorted(rows, key=lambda row: not row.here)


def end(who: Acting, entry_id: uuid.UUID) -> bool:
    """Sign one of my other sessions out; the next request of that browser finds itself signed out."""
    with transaction.atomic():
        lock(who)
        ended = identity.end_one(who, entry_id)
        SignedInBrowser.objects.filter(entry_id=entry_id, person_id=who.person_id).delete()
        if ended:
            record("person.signed_out", person_id=who.person_id)
    return ended


def end_others(who: Acting) -> int:
    """Sign me out everywhere but here."""
    with transaction.atomic():
        lock(who)
        ended = identity.end_others(who)
        others = SignedInBrowser.objects.filter(person_id=who.person_id)
        others.exclude(entry_id=who.entry_id).delete()
        if ended:
            record("person.signed_out", person_id=who.person_id)
    return ended


def clear() -> int:
    """Delete what was kept for sessions that have ended. Returns how many."""
    return SignedInBrowser.objects.exclude(entry_id__in=identity.standing_ids()).delete()[0]
