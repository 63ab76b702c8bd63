"""An ending that the two plan: a day, a word of thanks, and then one of them ends the pair as ever.

Nothing here ends a pair: not the day, and no job. Whoever wants to end it sooner does, at once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now, today
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.registry import api as registry
from bothways.core.texts import api as texts
from bothways.pair.access import live_pair, my_half, other_half
from bothways.pair.models import Closing, Half, Pair
from bothways.pair.notices import tell, tell_partner
from bothways.pair.paths import closing_path
from bothways.pair.services import put_into_half
from bothways.pair.words import cleaned

FURTHEST = timedelta(days=366)
THANKS_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """What the two see of their planned ending: its day, if there is one, and both words of thanks."""

    day: date | None
    my_thanks: str
    partners_thanks: str


def closing(who: Acting, pair: Pair) -> ClosingPage:
    """The planned ending of a pair of mine."""
    half, other = my_half(who, pair), other_half(who, pair)
    theirs = other.thanks_text if other is not None else None
    written = texts.read(who, [half.thanks_text, theirs])
    return ClosingPage(
        closing_day(pair),
        written.get(half.thanks_text, "") if half.thanks_text else "",
        written.get(theirs, "") if theirs else "",
    )


def closing_day(pair: Pair) -> date | None:
    """The day on which the two mean to end their pair."""
    return Closing.objects.filter(pair=pair).values_list("day", flat=True).first()


@transaction.atomic
def plan(who: Acting, *, pair_id: uuid.UUID, day: date) -> None:
    """Choose the day, or another one. Choosing the same day again does nothing."""
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    if not today() <= day <= today() + FURTHEST:
        raise Refused(_("Please choose a day from today on and within one year."))
    if closing_day(pair) == day:
        return
    Closing.objects.update_or_create(pair=pair, defaults={"day": day, "told_at": None})
    record("pair.closing", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)
    registry.fire("pair.closing", pair=pair, person_id=who.person_id)
    _tell_changed(who, pair)


@transaction.atomic
def drop(who: Acting, *, pair_id: uuid.UUID) -> None:
    """Go on without a day. Doing it twice does it once."""
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    if Closing.objects.filter(pair=pair).delete()[0]:
        record("pair.no_closing", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)
        registry.fire("pair.closing", pair=pair, person_id=who.person_id)
        _tell_changed(who, pair)


@transaction.atomic
def say_thanks(who: Acting, *, pair_id: uuid.UUID, words: str) -> None:
    """Write my word of thanks, change it, or take it away with no words. My partner reads it at once."""
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    half, plain = my_half(who, pair), cleaned(words, THANKS_LENGTH)
    before = texts.read(who, [half.thanks_text])
    if plain == (before.get(half.thanks_text, "") if half.thanks_text else ""):
        return
    put_into_half(who, pair, half, "thanks", plain)
    if plain:
        _tell_changed(who, pair)
    record("pair.thanks", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)


def tell_whose_day_has_come() -> int:
    """Tell both people of each pair whose planned day is here; a job does this hourly. Returns how many."""
    with transaction.atomic():
        due = list(
            Closing.objects.select_for_update(skip_locked=True).filter(day__lte=today(), told_at=None)[:500]
        )
        for one in due:
            for half in Half.objects.filter(pair_id=one.pair_id):
                key = f"closing:{one.pair_id}:{one.day}"
                tell(half, "pair.closing_day", path=closing_path(one.pair_id), key=key)
            one.told_at = now()
            one.save(update_fields=["told_at"])
    return len(due)


def _tell_changed(who: Acting, pair: Pair) -> None:
    moment = f"{now():%Y%m%d%H%M%S%f}"
    key = f"closing:{pair.id}:{moment}"
    tell_partner(who, pair, "pair.changed", path=closing_path(pair.id), key=key)
