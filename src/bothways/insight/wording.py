"""What coordinators write beside the figures: what was done after a report, and calls to all who offer.

Words about the programme, never about a person. Both are public, and a mistake can be taken away at once.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.outbox.api import tell_all
from bothways.enrol import api as enrol
from bothways.insight.models import Call, FollowUp, Release
from bothways.insight.periods import Quarter
from bothways.programme import api as programme

FOLLOW_UP_LENGTH, CALL_LENGTH = 2000, 1000
# Nobody is called upon more often than this in one programme.
BETWEEN_CALLS = timedelta(days=14)


def follow_up(who: Acting, *, programme_id: uuid.UUID, quarter: Quarter, words: str) -> None:
    """Write what was done about the points of the last report, beside a quarter that is out.

    Nothing but blanks takes the words away. Raises Refused, and what `as_coordinator` raises.
    """
    words = _tidy(words, FOLLOW_UP_LENGTH)
    with transaction.atomic():
        one = programme.as_coordinator(who, programme_id)
        here: dict[str, Any] = {"programme": one, "year": quarter.year}
        if not Release.objects.filter(kind=Release.Kind.QUARTER, number=quarter.number, **here).exists():
            raise Refused(_("The figures of this quarter are not out yet."))
        FollowUp.objects.update_or_create(
            quarter=quarter.number, **here, defaults={"words": words, "at": now()}
        )
        record("figures.follow_up", programme_id=one.id, person_id=who.person_id, object_id=one.id)


def call(who: Acting, *, programme_id: uuid.UUID, words: str) -> Call:
    """Ask everybody who offers something in a programme for something; a job tells them.

    Who that is, is shown to nobody. Raises Refused, and what `as_coordinator` raises.
    """
    words = _tidy(words, CALL_LENGTH)
    if not words:
        raise Refused(_("Please write what you ask for."))
    with transaction.atomic():
        one = programme.as_coordinator(who, programme_id)
        last = calls(one.id)[:1]
        if last and last[0].at > now() - BETWEEN_CALLS:
            raise Refused(_("There was a call a short while ago. Please wait until two weeks have passed."))
        made = Call.objects.create(programme=one, words=words, at=now())
        record("call.made", programme_id=one.id, person_id=who.person_id, object_id=one.id)
        from bothways.insight.tasks import tell_of_call

        tell_of_call.defer(call_id=made.pk)
    return made


def take_back(who: Acting, *, programme_id: uuid.UUID, call_id: int) -> None:
    """Take a call away, with its words. Twice is once."""
    with transaction.atomic():
        one = programme.as_coordinator(who, programme_id)
        gone, _rows = Call.objects.filter(programme=one, id=call_id).delete()
        if gone:
            record("call.taken_back", programme_id=one.id, person_id=who.person_id, object_id=one.id)


def calls(programme_id: uuid.UUID) -> list[Call]:
    """The calls of a programme, newest first."""
    return list(Call.objects.filter(programme_id=programme_id).order_by("-at", "-id")[:20])


def tell(call_id: int) -> None:
    """A notice to everybody who offers something and agreed to notices. For the job; twice is once."""
    with transaction.atomic():
        made = Call.objects.select_related("programme").filter(id=call_id).first()
        if made is None:
            return
        path = reverse("calls", args=[made.programme.slug])
        people = sorted(enrol.offering_people(made.programme_id))
        tell_all("programme.call", [(person, path) for person in people], key=f"call-{call_id}")


def _tidy(words: str, most: int) -> str:
    plain = words.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > most:
        raise Refused(_("This is too long. Please use at most %(most)s characters.") % {"most": most})
    return plain
