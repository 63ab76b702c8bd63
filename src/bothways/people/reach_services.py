"""What a person says about how they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.mailbox import api as mailbox
from bothways.core.outbox import api as outbox
from bothways.core.registry import api as registry
from bothways.people.models import NO_MESSAGES, Person, Phone
from bothways.people.push import devices
from bothways.people.services import lock

WAYS = (outbox.LETTER, outbox.TEXT, NO_MESSAGES)
RHYTHMS = (outbox.SOON, outbox.DAILY, outbox.WEEKLY)
IN_QUIET_HOURS = _("This time lies in your quiet hours. Please choose another, or change the quiet hours.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How somebody wants to be reached. `per_week` is None for as many as this installation sends."""

    notices_by: str
    told: str
    told_day: int
    told_at: time
    notices_per_week: int | None
    quiet_from: time
    quiet_until: time
    calendar_letters: bool = False
    notices_both: bool = False


def save(who: Acting, wanted: Wanted) -> None:
    """Change how notices reach me. It counts at once, also for what waits.

    Choosing a way again takes away whatever had stopped it. Raises Refused when it does not fit together.
    """
    _check(wanted)
    with transaction.atomic():
        person = lock(who)
        changes = {name: getattr(wanted, name) for name in Wanted.__slots__}
        if wanted.notices_by == outbox.LETTER or wanted.calendar_letters:
            changes |= {"letters_stopped_at": None, "letters_refused_at": None}
        if wanted.notices_by == outbox.TEXT:
            _begin_texts(who)
        _change(who, person, changes)


def stop_everything(who: Acting) -> None:
    """No message of any way any more, on no device either. Notices still wait for me on my home page."""
    with transaction.atomic():
        _change(who, lock(who), {"notices_by": NO_MESSAGES, "calendar_letters": False})
        devices.switch_off_all(who)


def _check(wanted: Wanted) -> None:
    most = wanted.notices_per_week
    right = (
        wanted.notices_by in WAYS
        and wanted.told in RHYTHMS
        and 0 <= wanted.told_day <= 6
        and (most is None or 1 <= most <= settings.NOTICES_PER_WEEK)
    )
    if not right:
        raise Refused(_("This choice is not there. Please choose one from the list."))
    if wanted.calendar_letters and not mailbox.is_on():
        raise Refused(_("No invitations for calendars can be sent here at the moment."))
    quiet = outbox.in_quiet_hours(wanted.told_at, wanted.quiet_from, wanted.quiet_until)
    if wanted.told != outbox.SOON and quiet:
        raise Refused(IN_QUIET_HOURS)


def _begin_texts(who: Acting) -> None:
    phone = Phone.objects.filter(person_id=who.person_id).exclude(confirmed_at=None)
    if not phone.exists():
        raise Refused(_("For text messages, please add your phone number first and confirm it."))
    rests = phone.filter(~Q(stopped_at=None) | ~Q(refused_at=None))
    if rests.update(stopped_at=None, refused_at=None):
        outbox.consider_anew(who)


def _change(who: Acting, person: Person, wanted: dict[str, object]) -> None:
    changed = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    if changed:
        Person.objects.filter(id=person.id).update(**changed)
        outbox.consider_anew(who)
        record("person.settings", person_id=person.id)
    if "calendar_letters" in changed:
        registry.fire("person.invitations", who=who, on=bool(changed["calendar_letters"]))
