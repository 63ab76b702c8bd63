"""Accounts that were begun and never confirmed, and sessions that are over."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from bothways.core.clock.api import now
from bothways.core.registry import api as registry
from bothways.people.models import Device, Person

# Two days, so that a clock which is a day ahead erases nobody whose letter is still under way.
UNCONFIRMED_FOR = timedelta(days=2)


def remove_unconfirmed() -> int:
    """Erase accounts older than two days whose address was never confirmed. Returns how many.

    Whoever signed in has confirmed the address by it. Invented people of the demo never do.
    """
    confirmed = EmailAddress.objects.filter(user_id=OuterRef("id"), verified=True)
    stale = Person.objects.filter(
        ~Exists(confirmed), synthetic=False, is_active=True, joined_at__lt=now() - UNCONFIRMED_FOR
    )
    ids = list(stale.values_list("id", flat=True))
    # Nobody signs in to them while they are being erased.
    gone = [person_id for person_id in ids if stale.filter(id=person_id).update(is_active=False)]
    for person_id in gone:
        registry.mark_leaving(person_id)
        registry.erase(person_id)
    return len(gone)


def clear_sessions() -> None:
    """Delete sessions that have run out, and the devices whose session is gone."""
    Session.objects.filter(expire_date__lt=now()).delete()
    Device.objects.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
