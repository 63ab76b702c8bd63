"""The passes over all pairs of a round too large to list them: shared with whoever is free.

The round's own job solves. For each pass it writes down the prices, leaves a few jobs that help, and prices
parts like any of them, until there is none that nobody is at. For those that hands are at it waits, which is
seconds; a hand that dies lets go of its part, and the job takes it, as it does when one hangs. So one worker
alone does everything, and nothing waits for a hand that does not come.

A hand reads the people anew. Whoever is gone or has changed since the job read them takes no part in what it
prices; it hands in whom it missed, and the job looks at these itself. So the proof is about all with whom the
job solved, and the answer is the same to the byte whoever helped.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction

from bothways.engine.api import Pairs, People, Price, best_improving, improving_pairs
from bothways.match.access import lock
from bothways.match.arrays import Int64
from bothways.match.faults import Overtaken
from bothways.match.listing import Report
from bothways.match.models import Part, Round
from bothways.match.order import of_columns, pack, pack_pairs, unpack
from bothways.match.parts import Here, next_part, read_anew

logger = logging.getLogger(__name__)
Ints = npt.NDArray[Any]
# Rows of the left side in one part. A pass is quick, and each part finds its way through the right side
# anew: fewer rows would cost more than they share.
ROWS = 20_000
# How often it is looked whether others are done, and for how long the job waits for hands that hang. Seconds.
PAUSE = 0.2
PATIENCE = 10.0
STAGES = ("solving", "checking")
# Columns beside a part's pairs: whom of its rows, and whom of the right side, the hand did not see.
MISSED = ("missed_left", "missed_right")
NOBODY = np.empty(0, dtype=np.int32)


class Asked(NamedTuple):
    """One pass. Every column is about the people in the order in which the job solves with them."""

    left_row: Ints  # where they stand in the order of the round
    right_row: Ints
    left_capacity: Ints
    right_capacity: Ints
    left_price: Ints
    right_price: Ints
    out: Ints  # (p, 2): pairs to leave out, known or forbidden
    most: Ints

    def price(self, left: People, right: People, rows: tuple[int, int] | None = None) -> Pairs:
        return improving_pairs(
            left,
            right,
            self.left_price,
            self.right_price,
            known=(self.out[:, 0], self.out[:, 1]),
            most=int(self.most),
            rows=rows,
        )


def cuts(rows: int) -> list[tuple[int, int]]:
    """The parts of a pass: as many as are worth it, and no more than there may be at work."""
    count = max(min(rows // ROWS, settings.ROUND_HANDS + 1), 1)
    return list(pairwise([rows * number // count for number in range(count + 1)]))


class Together:
    """Makes the passes of one round for its own job."""

    def __init__(self, mine: Round, here: Here, report: Report) -> None:
        self._mine, self._here, self._report = mine, here, report
        self._turn = 0

    def at(self, stage: str) -> Price:
        """Passes in this stage. They raise Overtaken when the round is not this worker's any more."""
        return partial(self._pass, lambda: self._report(stage))

    def _pass(
        self,
        tell: Callable[[], None],
        offers: People,
        left_price: Int64,
        right_price: Int64,
        *,
        known: tuple[Any, Any],
        most: int,
    ) -> Pairs:
        sides, rows = self._here.sides, self._here.rows
        asked = Asked(
            *rows,
            offers.capacity,
            sides.right.capacity,
            left_price,
            right_price,
            np.concatenate([np.column_stack(known).astype(np.int64), sides.forbidden]),
            np.array(most),
        )
        parts = cuts(len(offers))
        if len(parts) == 1:
            return asked.price(offers, sides.right)
        found = self._shared(asked, offers, parts, tell)
        return best_improving(found, left_price, right_price, most=most)

    def _shared(
        self, asked: Asked, offers: People, parts: list[tuple[int, int]], tell: Callable[[], None]
    ) -> list[Pairs]:
        mine = self._ask(asked, parts)
        waiting, rested = mine.filter(content=None), 0.0
        while waiting.exists():
            tell()
            with next_part(waiting) as part:
                if part is None and rested > PATIENCE:
                    part = waiting.first()
                if part is not None:
                    _hand_in(part, asked.price(offers, self._here.sides.right, (part.first, part.last)))
                    continue
            time.sleep(PAUSE)
            rested += PAUSE
        done = [unpack(bytes(one.content or b"")) for one in mine.filter(number__gt=0)]
        mine.delete()
        if len(done) < len(parts):
            # They go with the round.
            raise Overtaken
        return [*(of_columns(one) for one in done), *self._missed(asked, offers, done)]

    def _ask(self, asked: Asked, parts: list[tuple[int, int]]) -> Any:
        """Write a pass down and call for hands. Returns the rows of this very pass."""
        from bothways.match.tasks import lend_a_hand

        self._turn += 1
        rows = [Part(round=self._mine, turn=self._turn, number=0, content=pack(asked._asdict()))]
        rows += [
            Part(round=self._mine, turn=self._turn, number=number, first=first, last=last)
            for number, (first, last) in enumerate(parts, 1)
        ]
        with transaction.atomic():
            if not lock(Round.objects.filter(**self._mine.held_as)).exists():
                raise Overtaken
            # What a worker left that died.
            Part.objects.filter(round=self._mine, turn__gt=0).delete()
            Part.objects.bulk_create(rows)
            for _ in parts[1:]:
                lend_a_hand.configure(queue="rounds").defer(round_id=str(self._mine.id))
        # By name: after a rescue another worker may be at a pass of the same number.
        return Part.objects.filter(id__in=[one.id for one in rows])

    def _missed(self, asked: Asked, offers: People, done: list[dict[str, Ints]]) -> list[Pairs]:
        """The pairs of those whom a hand did not see."""
        right = self._here.sides.right
        lefts, rights = (np.concatenate([one[name] for one in done]) for name in MISSED)
        found = []
        if len(lefts):
            found.append(asked.price(_only(offers, lefts), right))
        if len(rights):
            found.append(asked.price(offers, _only(right, rights)))
        return found


def price_some(round_id: uuid.UUID) -> int:
    """Price parts of the passes of a round until there is none that nobody is at. Returns how many.

    May run again, and many at a time. Whoever has read the people stays for the next pass, but no longer than
    the reading took: that is what coming back would cost.
    """
    waiting = Part.objects.filter(
        round_id=round_id, turn__gt=0, content=None, round__state=Round.State.RUNNING, round__stage__in=STAGES
    )
    done, rested = 0, 0.0
    try:
        # Before it takes a part, so that nobody waits while it reads.
        here = _Hand(Round.objects.get(id=round_id)) if waiting.exists() else None
        while here is not None and here.sees_both_sides and rested <= here.took:
            with next_part(waiting) as part:
                if part is not None:
                    here.price(part)
                    done, rested = done + 1, 0.0
                    continue
            if not Round.objects.filter(id=round_id, state=Round.State.RUNNING, stage__in=STAGES).exists():
                break
            time.sleep(PAUSE)
            rested += PAUSE
    except Overtaken:
        logger.warning("round %s was over before its people were read", round_id)
    return done


class _Hand:
    """One worker, and the people as it read them for all the passes that it helps with."""

    def __init__(self, mine: Round) -> None:
        begun = time.monotonic()
        self._here = read_anew(mine)
        self.took = time.monotonic() - begun
        self.sees_both_sides = all(len(rows) for rows in self._here.rows)
        self._pass_id: uuid.UUID | None = None

    def price(self, part: Part) -> None:
        """Price one part and hand it in, unless its pass is over."""
        # Later than the part: so these are its prices, or the part is gone.
        of_pass = Part.objects.filter(round_id=part.round_id, turn=part.turn, number=0)
        if self._pass_id is None or not of_pass.filter(id=self._pass_id).exists():
            found = of_pass.first()
            if found is None:
                return
            self._turn_to(found)
        rows = part.first, part.last
        pairs = self._asked.price(self._left, self._right, rows)
        missed = self._gone[0][slice(*np.searchsorted(self._gone[0], rows))], self._gone[1]
        _hand_in(part, pairs, missed)

    def _turn_to(self, one: Part) -> None:
        self._asked = asked = Asked(**unpack(bytes(one.content or b"")))
        sides, (left, right) = self._here.sides, self._here.rows
        self._left, gone = as_asked(sides.left, left, asked.left_row, asked.left_capacity)
        self._right, gone_too = as_asked(sides.right, right, asked.right_row, asked.right_capacity)
        self._gone, self._pass_id = (gone, gone_too), one.id


def as_asked(those: People, rows: Int64, asked: Ints, capacity: Ints) -> tuple[People, Ints]:
    """The people who stand in the rows asked for, in that order; and which of them are not there. These have
    somebody else's columns and no capacity."""
    at = np.searchsorted(rows, asked).clip(max=len(rows) - 1)
    there = rows[at] == asked
    taken = replace(those.take(at), capacity=np.where(there, capacity, 0).astype(np.int32))
    return taken, np.flatnonzero(~there).astype(np.int32)


def _only(those: People, some: Ints) -> People:
    """The same people, of whom some alone take part."""
    capacity = np.zeros_like(those.capacity)
    capacity[some] = those.capacity[some]
    return replace(those, capacity=capacity)


def _hand_in(part: Part, pairs: Pairs, missed: tuple[Ints, Ints] = (NOBODY, NOBODY)) -> None:
    content = pack_pairs(pairs, **dict(zip(MISSED, missed, strict=True)))
    # Not there any more when the pass is over or the round.
    Part.objects.filter(id=part.id, content=None).update(content=content, pairs=len(pairs))
