"""Who acts: proof that a person is signed in, made only from that person's own session."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from bothways.core.clock.api import now
from bothways.core.identity.models import Entry


class NotSignedIn(Exception):
    """The session behind an action has ended, or was never this person's."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A signed-in person. Services that write for a person take this and never a bare id."""

    person_id: uuid.UUID
    entry_id: uuid.UUID
    # What the database is entered with (`core.walls`). Empty where a request has entered already.
    token: str = field(default="", repr=False, compare=False)


def open_entry(person_id: uuid.UUID) -> str:
    """Record a completed sign-in and return its token (43 characters, shown once)."""
    token = secrets.token_urlsafe(32)
    moment = now()
    Entry.objects.create(
        person_id=person_id,
        token_hash=_hash(token),
        opened_at=moment,
        expires_at=moment + timedelta(seconds=settings.SESSION_COOKIE_AGE),
    )
    return token


def acting(token: str) -> Acting | None:
    """The person a token belongs to, or None when it is unknown, ended or expired."""
    entry = (
        Entry.objects.filter(token_hash=_hash(token), ended_at=None, expires_at__gt=now())
        .only("id", "person_id")
        .first()
    )
    return Acting(entry.person_id, entry.id, token) if entry else None


def confirm(who: Acting) -> None:
    """Check, inside the caller's transaction, that the session still stands.

    The row stays share-locked until the transaction ends, so that leaving (which ends all
    entries of a person) cannot slip in between this check and the write it guards.
    Raises NotSignedIn.
    """
    standing = (
        Entry.objects.select_for_update(no_key=True)
        .filter(id=who.entry_id, person_id=who.person_id, ended_at=None, expires_at__gt=now())
        .exists()
    )
    if not standing:
        raise NotSignedIn


def end_entry(who: Acting) -> None:
    """Sign one session out."""
    Entry.objects.filter(id=who.entry_id, ended_at=None).update(ended_at=now())


def end_all_entries(person_id: uuid.UUID) -> None:
    """Sign a person out everywhere."""
    Entry.objects.filter(person_id=person_id, ended_at=None).update(ended_at=now())


def acting_of(request: HttpRequest) -> Acting:
    """The person who sent this request. Raises NotSignedIn for a visitor."""
    who = getattr(request, "acting", None)
    if not isinstance(who, Acting):
        raise NotSignedIn
    return who


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
