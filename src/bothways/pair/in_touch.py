"""Staying in touch after a planned ending: what each of the two may keep of the other, if both say yes.

A yes is a row with words that its writer's partner may keep. The database opens both words when there are two
rows, deletes them when the pair ends otherwise than planned, and takes both along when one goes after the end
(see the migration `0006_in_touch`). A no is no row, and so is silence.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now, today
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.pair.access import live_pair, locked, open_pair
from bothways.pair.closings import closing_day
from bothways.pair.models import InTouch, Pair
from bothways.pair.notices import tell_partner
from bothways.pair.paths import in_touch_path
from bothways.pair.words import cleaned

# How long after the end the words of both can be read.
KEPT = timedelta(days=30)
LENGTH = 500


@dataclass(frozen=True, slots=True)
class InTouchPage:
    """What one of the two sees: their own words, and the partner's once both said yes. `until`: the last day
    after the end. `kept`: whether an end today would leave it."""

    mine: str = ""
    partners: str = ""
    until: date | None = None
    kept: bool = False


def in_touch(who: Acting, pair: Pair) -> InTouchPage:
    """Staying in touch, in a pair of mine, before its end and after it."""
    if pair.ended_at is not None and now() >= pair.ended_at + KEPT:
        return InTouchPage()
    rows = {row.person_id == who.person_id: row.text_id for row in InTouch.objects.filter(pair=pair)}
    words = texts.read(who, rows.values())
    mine, partners = (words.get(rows[whose], "") if whose in rows else "" for whose in (True, False))
    day = closing_day(pair)
    return InTouchPage(
        mine,
        partners,
        until=(pair.ended_at + KEPT).date() if pair.ended_at and partners else None,
        kept=bool(partners) and day is not None and day <= today(),
    )


def kept_after_end(who: Acting, pairs: Iterable[Pair]) -> dict[uuid.UUID, date]:
    """Until when the words of both can be read, for those of these ended pairs of mine where they can."""
    ended = {pair.id: pair.ended_at for pair in pairs if pair.ended_at and now() < pair.ended_at + KEPT}
    if not ended:
        return {}
    mine = InTouch.objects.filter(pair_id__in=list(ended), person_id=who.person_id)
    return {pair_id: (ended[pair_id] + KEPT).date() for pair_id in mine.values_list("pair_id", flat=True)}


@transaction.atomic
def say_in_touch(who: Acting, *, pair_id: uuid.UUID, words: str) -> None:
    """Say that I would like to stay in touch, with what my partner may keep, or change it.

    My partner is told only when both have said it. Refused without a day for the end, without words, or
    when the pair has ended.
    """
    confirm(who)
    pair = live_pair(who, pair_id, lock=True)
    plain = cleaned(words, LENGTH)
    if closing_day(pair) is None:
        raise Refused(_("Please choose a day for your last meeting first."))
    if not plain:
        raise Refused(_("Please write what your partner may keep."))
    row = InTouch.objects.filter(pair=pair, person_id=who.person_id).first()
    if row is None:
        text_id = texts.put(owner_id=who.person_id, kind="in_touch", words=plain)
        row = InTouch.objects.create(pair=pair, person_id=who.person_id, text_id=text_id)
        if texts.opened([text_id]):
            key = f"in_touch:{pair.id}:{now():%Y%m%d%H%M%S%f}"
            tell_partner(who, pair, "pair.changed", path=in_touch_path(pair.id), key=key)
    elif texts.read(who, [row.text_id]).get(row.text_id) == plain:
        return
    else:
        texts.rewrite(owner_id=who.person_id, text_id=row.text_id, words=plain)
    _note(who, pair)


@transaction.atomic
def take_back_in_touch(who: Acting, *, pair_id: uuid.UUID) -> None:
    """Take my yes and my words back, at any time: the partner's close to me with it, and after the end they
    are deleted. Twice is once."""
    confirm(who)
    pair = locked(Pair.objects.filter(id=open_pair(who, pair_id).id)).get()
    if InTouch.objects.filter(pair=pair, person_id=who.person_id).delete()[0]:
        _note(who, pair)


def forget_in_touch() -> None:
    """Delete what was kept for long enough after the end; a job does this every hour."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pair_forget_in_touch(%s)", [now() - KEPT])


def _note(who: Acting, pair: Pair) -> None:
    record("pair.in_touch", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)
