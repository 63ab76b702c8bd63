"""From a completed sign-in to an entry of core.identity, and back out again."""

from __future__ import annotations

import functools
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bothways.core.clock.api import now
from bothways.core.identity.api import Acting, NotSignedIn, acting, end_all_entries, end_entry, open_entry
from bothways.core.identity.middleware import SESSION_KEY
from bothways.core.pages.api import P, View
from bothways.people.models import Device, Person
from bothways.people.session_store import stored_key

SIGNED_IN_AT = "signed_in_at"
FRESH = timedelta(minutes=30)
# Machines of one installation may differ by so much.
SKEW = timedelta(minutes=1)


def enter(sender: Any, request: HttpRequest, user: Person, **kwargs: Any) -> None:
    """Open an entry for a completed sign-in. Raises NotSignedIn when the person has just left."""
    session = request.session
    with transaction.atomic():
        # Leaving locks the same row first: either this sign-in is seen by it, or it is refused here.
        if not Person.objects.select_for_update(no_key=True).filter(id=user.pk, is_active=True).exists():
            raise NotSignedIn
        earlier = acting(str(session.get(SESSION_KEY, "")))
        if earlier:
            end_entry(earlier)
        if session.session_key is None:
            session.create()
        session[SESSION_KEY] = open_entry(user.pk)
        session[SIGNED_IN_AT] = now().isoformat()
        session.set_expiry(None)
        row = stored_key(str(session.session_key))
        Device.objects.update_or_create(session_key=row, defaults={"person_id": user.pk})


def go_out(sender: Any, request: HttpRequest, user: Person | None, **kwargs: Any) -> None:
    """End the entry of a session that is being signed out."""
    who = acting(str(request.session.get(SESSION_KEY, "")))
    if who:
        end_entry(who)
    if request.session.session_key:
        Device.objects.filter(session_key=stored_key(request.session.session_key)).delete()


def sign_out_everywhere(who: Acting) -> None:
    """End every entry of mine and delete the sessions behind them."""
    with transaction.atomic():
        end_all_entries(who.person_id)
        drop_sessions(who.person_id)


def drop_sessions(person_id: uuid.UUID) -> None:
    """Delete the stored sessions of a person."""
    keys = list(Device.objects.filter(person_id=person_id).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    Device.objects.filter(session_key__in=keys).delete()


def signed_in_within(request: HttpRequest, span: timedelta) -> bool:
    """Whether this session was opened no longer than `span` ago (at most half an hour)."""
    at = request.session.get(SIGNED_IN_AT)
    if not isinstance(at, str):
        return False
    age = now() - datetime.fromisoformat(at)
    if not -SKEW <= age <= FRESH:
        # Forgotten where it is found: a clock that is put back must not make an old sign-in fresh again.
        del request.session[SIGNED_IN_AT]
        return False
    return age <= span


def recently_signed_in(view: View[P]) -> View[P]:
    """History asks for a sign-in again: a device left open, or opened under pressure, does not tell it."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not signed_in_within(request, FRESH):
            return render(request, "people/again.html", {"back": request.get_full_path()}, status=403)
        return view(request, *args, **kwargs)

    return guarded


def leave_this_browser(request: HttpRequest) -> None:
    """Sign this browser out, whatever state it is in."""
    logout(request)
