"""The journal of a pair: both write, both read, each deletes their own lines."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Max
from django.http import Http404

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.identity.api import Acting, confirm
from bothways.core.texts import api as texts
from bothways.meet.access import my_line
from bothways.meet.models import JournalLine
from bothways.meet.when import week_of, zone_of
from bothways.pair.api import Pair, live_pair, share_in_pair

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown to one of the two."""

    id: uuid.UUID
    week: date
    mine: bool
    words: str


def write(who: Acting, *, pair_id: uuid.UUID, words: str, line_id: uuid.UUID | None = None) -> JournalLine:
    """Add a line that my partner can read while the pair stands.

    The same `line_id` adds one line, however often it is sent. Refused when the pair has ended.
    """
    with transaction.atomic():
        confirm(who)
        pair = live_pair(who, pair_id, lock=True)
        earlier = JournalLine.objects.filter(id=line_id).first() if line_id else None
        if earlier is not None:
            if (earlier.pair_id, earlier.person_id) != (pair.id, who.person_id):
                raise Http404
            return earlier
        line = JournalLine(
            id=line_id or uuid.uuid4(),
            pair=pair,
            number=_next_number(pair),
            person_id=who.person_id,
            text_id=texts.put(owner_id=who.person_id, kind="journal", words=words),
            week=week_of(now(), zone_of(who.person_id)),
        )
        line.save(force_insert=True)
        share_in_pair(who, pair, [line.text_id])
        record("journal.written", programme_id=pair.programme_id, person_id=who.person_id, object_id=pair.id)
    return line


def delete(who: Acting, *, line_id: uuid.UUID) -> None:
    """Delete a line of mine, also after the pair has ended. 404 when it is not mine or gone."""
    with transaction.atomic():
        confirm(who)
        line = my_line(who, line_id)
        gone, _rows = JournalLine.objects.filter(id=line.id).delete()
        if gone:
            texts.drop(owner_id=who.person_id, text_ids=[line.text_id])
            record("journal.deleted", person_id=who.person_id, object_id=line.pair_id)


def page(who: Acting, pair: Pair, number: str) -> tuple[list[Line], Page[JournalLine]]:
    """One page of the journal, newest first: what I wrote and what I may read."""
    lines = JournalLine.objects.filter(pair=pair).order_by("-number")
    if pair.is_ended:
        # What the other wrote is closed, and so is how much it was.
        lines = lines.filter(person_id=who.person_id)
    part = Paginator(lines, PER_PAGE).get_page(number)
    return _readable(who, list(part)), part


def _readable(who: Acting, lines: list[JournalLine]) -> list[Line]:
    words = texts.read(who, [line.text_id for line in lines])
    return [
        Line(line.id, line.week, line.person_id == who.person_id, words[line.text_id])
        for line in lines
        if line.text_id in words
    ]


def _next_number(pair: Pair) -> int:
    # Under the lock of the pair's row, so no two lines take the same.
    highest = JournalLine.objects.filter(pair=pair).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1
