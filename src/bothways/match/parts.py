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

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum

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


def is_large(reading: Reading) -> bool:
    """Whether these are so many people that they are listed in parts."""
    return len(reading.rows) >= settings.ROUND_IN_PARTS_FROM


def are_there(mine: Round) -> bool:
    """Whether this round was cut into parts."""
    return Part.objects.filter(round=mine, number=0).exists()


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

    open_parts = Part.objects.filter(round=mine, content=None).count()
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
    here: _Here | None = None
    try:
        while True:
            with _next_part(round_id) as part:
                if part is None:
                    return done
                here = here or _Here(part.round, _order(part.round))
                here.list(part)
                done += 1
    except Overtaken:
        logger.warning("round %s was stopped while its parts were listed", round_id)
    except Exception:
        fail(Round.objects.get(id=round_id), "broken")
        raise
    return done


def gather(mine: Round, one: programme.Programme, reading: Reading) -> tuple[Reading, Sides, Pairs, bool]:
    """What all parts found, for those who are as they were: people, pairs, and whether these are all."""
    order = _order(mine)
    reading, at = still_there(order, reading, mine.id)
    sides = listing.sides_of(one, reading)
    left, right = (_places(one, reading, at, side, len(order)) for side in (0, 1))
    found, whole = [], True
    for part in Part.objects.filter(round=mine, number__gt=0).order_by("number").iterator(chunk_size=1):
        held = unpack_pairs(bytes(part.content or b""))
        moved = Pairs(left[held.left], right[held.right], held.score, held.metres)
        found.append(listing.chosen_of(moved, (moved.left >= 0) & (moved.right >= 0)))
        whole = whole and part.whole
    pairs = _without_forbidden(sides, listing.joined(found))
    if whole and len(pairs) <= listing.MOST_PAIRS:
        return reading, sides, pairs, True
    best = best_of([pairs], listing.BEST, offers=len(sides.left), wishes=len(sides.right))
    return reading, sides, best, False


class _Here:
    """The people of a round as one worker read them for all the parts that it lists."""

    def __init__(self, mine: Round, order: Order) -> None:
        self._mine = mine
        one = programme.by_id(mine.programme_id)
        reading, at = still_there(order, read(one.id), mine.id)
        self._sides = listing.sides_of(one, reading)
        self._left, self._right = (at[_side_rows(one, reading, side)] for side in (0, 1))
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
        so_far = Part.objects.filter(round=self._mine).aggregate(pairs=Sum("pairs"))["pairs"] or 0
        return listing.list_rows(
            self._sides, first, last, self._say, most=max(listing.MOST_PAIRS - so_far, 0)
        )

    def _say(self, stage: str, share: float = 0.0) -> None:
        done = Part.objects.filter(round=self._mine, number__gt=0).aggregate(
            all=Count("id"), listed=Count("id", filter=Q(content__isnull=False))
        )
        # None are left when the round was stopped just now, which the report finds out.
        self._report(stage, done["listed"] / max(done["all"], 1))


def _go_on(mine: Round) -> None:
    """Leave the round's own job when every part is listed."""
    from bothways.match.rounds import enqueue

    here = Round.objects.filter(id=mine.id)
    if Part.objects.filter(round=mine, content=None).exists():
        here.update(heard_at=now())
        return
    here.update(state=Round.State.QUEUED, progress=AT["solving"], heard_at=now())
    enqueue(mine.id)


@contextmanager
def _next_part(round_id: uuid.UUID) -> Iterator[Part | None]:
    """A part that is not listed yet and that nobody else is at, held inside the block; else None."""
    waiting = Part.objects.filter(
        round_id=round_id, content=None, round__state=Round.State.RUNNING, round__stage="listing"
    )
    for part in waiting.select_related("round").order_by("number"):
        with working.on(part.id) as free:
            # Another may have finished it since it was seen.
            if free and waiting.filter(id=part.id).exists():
                yield part
                return
    yield None


def _order(mine: Round) -> Order:
    found = Part.objects.filter(round=mine, number=0).first()
    if found is None:
        raise Overtaken
    return unpack_order(bytes(found.content or b""))


def _side_rows(one: programme.Programme, reading: Reading, side: int) -> Int64:
    """Where the people of a side stand among those who were read. An exchange has everybody on both."""
    if one.kind == programme.Programme.Kind.EXCHANGE:
        return np.arange(len(reading.rows), dtype=np.int64)
    return np.flatnonzero(np.array([row["side_number"] for row in reading.rows], dtype=np.int64) == side)


def _places(
    one: programme.Programme, reading: Reading, at: Int64, side: int, rows: int
) -> npt.NDArray[np.int32]:
    """For each row of the order: where its person stands on this side now, -1 for nobody."""
    here = at[_side_rows(one, reading, side)]
    places = np.full(rows, -1, dtype=np.int32)
    places[here] = np.arange(len(here), dtype=np.int32)
    return places


def _without_forbidden(sides: Sides, pairs: Pairs) -> Pairs:
    """Leave out what came between two people since their part was listed."""
    width = max(len(sides.right), 1)
    codes = pairs.left.astype(np.int64) * width + pairs.right
    apart = sides.forbidden[:, 0] * width + sides.forbidden[:, 1]
    return listing.chosen_of(pairs, ~np.isin(codes, apart))
