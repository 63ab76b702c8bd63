"""A round too large for one worker: listed in parts by as many workers as there are, chosen by one.

No job waits for another. The round's own job cuts the rows into parts, leaves a few jobs that list them, and
ends. Each of these takes the next part that nobody is at, until there is none. Whoever finishes the last part
leaves the round's own job again, which finds all parts listed and goes on. A worker that dies lets go of its
part, and the round that nobody was heard of is taken up where it stands, like any other.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from bothways.core.clock.api import now
from bothways.engine.api import Pairs, best_of
from bothways.match import listing, working
from bothways.match.access import lock
from bothways.match.arrays import Int64
from bothways.match.faults import Overtaken
from bothways.match.listing import Sides
from bothways.match.models import Part, Round
from bothways.match.order import (
    Order,
    by_area,
    order_of,
    pack_order,
    pack_pairs,
    still_there,
    unpack_order,
    unpack_pairs,
)
from bothways.match.reading import Reading, read
from bothways.match.running import fail
from bothways.match.stages import AT, Report
from bothways.programme import api as programme

logger = logging.getLogger(__name__)
# Rows of the left side in one part: at most some seconds of work, and so few that every hand has two parts to
# do, but not so few that finding one's way takes longer than listing.
ROWS = 2000
FEWEST_ROWS = 50


class Here(NamedTuple):
    """The people of a round as one worker read them, and for each side in which rows of the order they stand
    (ascending)."""

    reading: Reading
    sides: Sides
    rows: tuple[Int64, Int64]


class Gathered(NamedTuple):
    """What all parts found: people, pairs, and whether these are all."""

    here: Here
    pairs: Pairs
    whole: bool


def is_large(reading: Reading) -> bool:
    """Whether these are so many people that they are listed in parts."""
    return len(reading.rows) >= settings.ROUND_IN_PARTS_FROM


def are_there(mine: Round) -> bool:
    """Whether this round was cut into parts."""
    return of_listing(mine.id).exists()


def of_listing(round_id: uuid.UUID) -> QuerySet[Part]:
    """The order and the parts that are listed, without those of pricing."""
    return Part.objects.filter(round_id=round_id, turn=0)


def cut(mine: Round, one: programme.Programme, reading: Reading) -> None:
    """Write down who stands where and which rows make a part, and call for hands. Raises Overtaken."""
    ordered = by_area(reading)
    rows = _side_rows(one, ordered, 0)
    step = min(ROWS, max(FEWEST_ROWS, -(-len(rows) // (2 * settings.ROUND_HANDS))))
    edges = [0, *rows[step::step].tolist(), len(ordered.rows)]
    parts = [
        Part(round=mine, number=number, first=first, last=last)
        for number, (first, last) in enumerate(pairwise(edges), 1)
    ]
    content = pack_order(order_of(ordered, mine.id))
    with transaction.atomic():
        if not lock(Round.objects.filter(**mine.held_as)).exists():
            raise Overtaken
        Part.objects.bulk_create([Part(round=mine, number=0, content=content), *parts])
        call_hands(mine)


@transaction.atomic
def call_hands(mine: Round) -> bool:
    """Leave jobs for the parts that are not listed yet. False when all are."""
    from bothways.match.tasks import lend_a_hand

    open_parts = of_listing(mine.id).filter(content=None).count()
    if open_parts:
        # Said before the hands come: they only help with a round that is being listed.
        Round.objects.filter(**mine.held_as).update(stage="listing", progress=AT["listing"], heard_at=now())
    for _ in range(min(open_parts, settings.ROUND_HANDS)):
        lend_a_hand.configure(queue="rounds").defer(round_id=str(mine.id))
    return bool(open_parts)


def list_some(round_id: uuid.UUID) -> int:
    """List parts of a round until there is none that nobody is at. Returns how many.

    May run again, and many at a time. What goes wrong marks the round as failed and is raised.
    """
    done = 0
    here: _Hand | None = None
    waiting = of_listing(round_id).filter(
        content=None, round__state=Round.State.RUNNING, round__stage="listing"
    )
    try:
        while True:
            with next_part(waiting) as part:
                if part is None:
                    return done
                here = here or _Hand(part.round)
                here.list(part)
                done += 1
    except Overtaken:
        logger.warning("round %s was stopped while its parts were listed", round_id)
    except Exception:
        fail(Round.objects.get(id=round_id), "broken")
        raise
    return done


def gather(mine: Round, one: programme.Programme, reading: Reading) -> Gathered:
    """What all parts found, for those who are as they were."""
    order = _order(mine)
    here = _here(mine, one, order, reading)
    left, right = (_places(rows, len(order)) for rows in here.rows)
    found, whole = [], True
    for part in of_listing(mine.id).filter(number__gt=0).order_by("number").iterator(chunk_size=1):
        held = unpack_pairs(bytes(part.content or b""))
        moved = Pairs(left[held.left], right[held.right], held.score, held.metres)
        found.append(listing.chosen_of(moved, (moved.left >= 0) & (moved.right >= 0)))
        whole = whole and part.whole
    pairs = _without_forbidden(here.sides, listing.joined(found))
    if whole and len(pairs) <= listing.MOST_PAIRS:
        return Gathered(here, pairs, True)
    offers, wishes = len(here.sides.left), len(here.sides.right)
    return Gathered(here, best_of([pairs], listing.BEST, offers=offers, wishes=wishes), False)


def read_anew(mine: Round) -> Here:
    """Those of a round who are as they were when it was cut. Raises Overtaken when it is over."""
    one = programme.by_id(mine.programme_id)
    return _here(mine, one, _order(mine), read(one.id))


class _Hand:
    """One worker, and the people as it read them for all the parts that it lists."""

    def __init__(self, mine: Round) -> None:
        self._mine = mine
        here = read_anew(mine)
        self._sides = here.sides
        self._left, self._right = here.rows
        self._report = Report(mine, held={"id": mine.id, "state": Round.State.RUNNING, "stage": "listing"})

    def list(self, part: Part) -> None:
        """List one part and hand it in; with the last one, the round goes on. Raises Overtaken."""
        first, last = np.searchsorted(self._left, [part.first, part.last]).tolist()
        found, whole = self._found(first, last)
        part.content = pack_pairs(
            Pairs(
                self._left[found.left].astype(np.int32),
                self._right[found.right].astype(np.int32),
                found.score,
                found.metres,
            )
        )
        part.pairs, part.whole = len(found), whole
        with transaction.atomic():
            # Held by one at a time, so that one of them is the last.
            held = lock(Round.objects.filter(id=part.round_id, state=Round.State.RUNNING, stage="listing"))
            if not held.exists():
                raise Overtaken
            part.save(update_fields=["pairs", "whole", "content"])
            _go_on(self._mine)

    def _found(self, first: int, last: int) -> tuple[Pairs, bool]:
        if first == last:
            return listing.joined([]), True
        # When all parts together find too many, each person's best are enough: of them nothing is missing
        # later.
        so_far = of_listing(self._mine.id).aggregate(pairs=Sum("pairs"))["pairs"] or 0
        return listing.list_rows(
            self._sides, first, last, self._say, most=max(listing.MOST_PAIRS - so_far, 0)
        )

    def _say(self, stage: str, share: float = 0.0) -> None:
        done = (
            of_listing(self._mine.id)
            .filter(number__gt=0)
            .aggregate(all=Count("id"), listed=Count("id", filter=Q(content__isnull=False)))
        )
        # None are left when the round was stopped just now, which the report finds out.
        self._report(stage, done["listed"] / max(done["all"], 1))


def _go_on(mine: Round) -> None:
    """Leave the round's own job when every part is listed."""
    from bothways.match.rounds import enqueue

    here = Round.objects.filter(id=mine.id)
    if of_listing(mine.id).filter(content=None).exists():
        here.update(heard_at=now())
        return
    here.update(state=Round.State.QUEUED, progress=AT["solving"], heard_at=now())
    enqueue(mine.id)


@contextmanager
def next_part(waiting: QuerySet[Part]) -> Iterator[Part | None]:
    """The first of these that nobody else is at and that still waits, held inside the block; else None."""
    for part in waiting.select_related("round").order_by("number"):
        with working.on(part.id) as free:
            # Another may have finished it since it was seen.
            if free and waiting.filter(id=part.id).exists():
                yield part
                return
    yield None


def _order(mine: Round) -> Order:
    found = of_listing(mine.id).filter(number=0).first()
    if found is None:
        raise Overtaken
    return unpack_order(bytes(found.content or b""))


def _side_rows(one: programme.Programme, reading: Reading, side: int) -> Int64:
    """Where the people of a side stand among those who were read. An exchange has everybody on both."""
    if one.kind == programme.Programme.Kind.EXCHANGE:
        return np.arange(len(reading.rows), dtype=np.int64)
    return np.flatnonzero(np.array([row["side_number"] for row in reading.rows], dtype=np.int64) == side)


def _here(mine: Round, one: programme.Programme, order: Order, reading: Reading) -> Here:
    reading, at = still_there(order, reading, mine.id)
    left, right = (at[_side_rows(one, reading, side)] for side in (0, 1))
    return Here(reading, listing.sides_of(one, reading), (left, right))


def _places(rows: Int64, size: int) -> npt.NDArray[np.int32]:
    """For each row of the order: where its person stands on the side that has these rows, -1 for nobody."""
    places = np.full(size, -1, dtype=np.int32)
    places[rows] = np.arange(len(rows), dtype=np.int32)
    return places


def _without_forbidden(sides: Sides, pairs: Pairs) -> Pairs:
    """Leave out what came between two people since their part was listed."""
    width = max(len(sides.right), 1)
    codes = pairs.left.astype(np.int64) * width + pairs.right
    apart = sides.forbidden[:, 0] * width + sides.forbidden[:, 1]
    return listing.chosen_of(pairs, ~np.isin(codes, apart))
