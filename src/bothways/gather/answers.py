"""What a member says to a gathering, each in one tap: I will come, I was there, and neither after all.

Nobody else is shown any of it, and there is no live count. Attendance is counted later from the events.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.enrol.api import Enrolment
from bothways.gather.access import held_enrolment
from bothways.gather.kinds import record_of
from bothways.gather.models import Gathering, Guest
from bothways.gather.selectors import may_have_been


def say_coming(who: Acting, *, gathering_id: uuid.UUID, coming: bool) -> None:
    """Say that I will come, or take it back; as often as I like until it begins. Refused afterwards, and
    when it was called off. Again is the same as once."""
    with transaction.atomic():
        confirm(who)
        one, enrolment = held_enrolment(who, gathering_id)
        if one.is_cancelled:
            raise Refused(_("This gathering was called off."))
        if one.has_begun:
            raise Refused(_("This gathering has begun. Afterwards you can say that you were there."))
        if _set(who, one, enrolment, "coming", coming):
            record_of("gathering.coming" if coming else "gathering.not_coming", who, one)


def say_attended(who: Acting, *, gathering_id: uuid.UUID, attended: bool) -> None:
    """Say that I was there, or take it back; from its begin on, for two weeks. Any member may, also one who
    had not said that they come. Again is the same as once."""
    with transaction.atomic():
        confirm(who)
        one, enrolment = held_enrolment(who, gathering_id)
        if one.is_cancelled:
            raise Refused(_("This gathering was called off."))
        if not one.has_begun:
            raise Refused(_("This gathering has not begun yet. Please come back when it has."))
        if not may_have_been(one):
            raise Refused(_("This gathering was more than two weeks ago."))
        if _set(who, one, enrolment, "attended", attended):
            record_of("gathering.attended" if attended else "gathering.not_attended", who, one)


def _set(who: Acting, one: Gathering, enrolment: Enrolment, name: str, wanted: bool) -> bool:
    """Keep what I say; whether it is new."""
    mine = Guest.objects.filter(gathering=one, person_id=who.person_id).first()
    if mine is None:
        if wanted:
            row = Guest(gathering=one, enrolment=enrolment, person_id=who.person_id, **{name: True})
            row.save(force_insert=True)
        return wanted
    if getattr(mine, name) == wanted:
        return False
    setattr(mine, name, wanted)
    if mine.coming or mine.attended:
        mine.save(update_fields=[name])
    else:
        mine.delete()
    return True
