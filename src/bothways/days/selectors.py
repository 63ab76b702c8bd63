"""What each of the two reads of their days."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from bothways.core.identity.api import Acting
from bothways.core.said.api import day_words
from bothways.core.texts import api as texts
from bothways.days import dates, reading
from bothways.days.models import Occasion
from bothways.days.services import local_today
from bothways.pair.api import Pair


@dataclass(frozen=True, slots=True)
class Shown:
    """One day as it is shown to one of the two."""

    id: uuid.UUID
    mine: bool
    # None when it is over.
    day: date | None
    when: str
    each_year: bool
    named: reading.Named


def of_pair(who: Acting, pair: Pair) -> list[Shown]:
    """Their days, the next first; those that are over last."""
    rows = list(Occasion.objects.filter(pair=pair)) if not pair.is_ended else []
    words = texts.read(who, [row.text_id for row in rows])
    today = local_today(who.person_id)
    shown = [_shown(who, row, words[row.text_id], today) for row in rows if row.text_id in words]
    return sorted(shown, key=lambda one: (one.day or date.max, one.named.title))


def _shown(who: Acting, row: Occasion, words: str, today: date) -> Shown:
    day = next(dates.coming(row.dates, row.each_year, today), None)
    last = date.fromisoformat(row.dates[-1])
    return Shown(
        id=row.id,
        mine=row.person_id == who.person_id,
        day=day,
        when=spoken(day or last),
        each_year=row.each_year,
        named=reading.read(words),
    )


def spoken(day: date) -> str:
    """A date with its day of the week."""
    return day_words(day)


def named(who: Acting, occasion: Occasion) -> reading.Named:
    """What one day of mine is."""
    return reading.read(texts.read(who, [occasion.text_id]).get(occasion.text_id, ""))
