"""Who would suit whom: the pairs among which a round chooses, for all people or for some rows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from bothways.core.clock.api import now
from bothways.engine.api import Pairs, People, feasible_pairs
from bothways.enrol import api as enrol
from bothways.match import arrays
from bothways.match.arrays import Int64
from bothways.match.reading import Reading
from bothways.programme import api as programme

# Up to this many pairs all of them are looked at; above, the best ones of each person. Bounds the memory.
MOST_PAIRS = 3_000_000
BEST = 60
# Pairs tried at one time while they are counted.
STRIDE = 8_000_000


class Report(Protocol):
    """Is told each stage as it begins, and how much of it is done. May raise to stop the work."""

    def __call__(self, stage: str, share: float = 0.0) -> None: ...


@dataclass(frozen=True, slots=True)
class Sides:
    """Who may meet whom: two sides of a programme, or one list twice for an exchange."""

    rule: Literal["company", "exchange"]
    left_rows: list[enrol.Pooled]
    right_rows: list[enrol.Pooled]
    left: People
    right: People
    forbidden: Int64

    @property
    def one_sided(self) -> bool:
        return self.rule == "exchange"


def sides_of(one: programme.Programme, reading: Reading) -> Sides:
    """The people who were read, side by side, in the order in which they were read."""
    moment = now()
    if one.kind == programme.Programme.Kind.EXCHANGE:
        rows = reading.rows
        everyone = arrays.people(reading, rows, moment)
        return Sides("exchange", rows, rows, everyone, everyone, arrays.forbidden(reading, rows, rows))
    left = [row for row in reading.rows if row["side_number"] == 0]
    right = [row for row in reading.rows if row["side_number"] == 1]
    return Sides(
        "company",
        left,
        right,
        arrays.people(reading, left, moment),
        arrays.people(reading, right, moment),
        arrays.forbidden(reading, left, right),
    )


def list_rows(
    sides: Sides, first: int, last: int, report: Report, *, most: int | None = None
) -> tuple[Pairs, bool]:
    """The pairs of the left people `first` to `last` (not included), and whether these are all of them.

    When there are more than `most`, they are the best ones of each of these people and, among these, of each
    on the other side.
    """
    most = MOST_PAIRS if most is None else most
    step = max(STRIDE // max(len(sides.right), 1), 1)
    parts: list[Pairs] = []
    for start in range(first, last, step):
        report("listing", (start - first) / (last - first))
        parts.append(_feasible(sides, start, min(start + step, last)))
        if sum(len(one) for one in parts) > most:
            return _feasible(sides, first, last, best=BEST), False
    return joined(parts), True


def joined(parts: list[Pairs]) -> Pairs:
    """Several lists as one, in the same order."""

    def column(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, dtype=np.int32)])

    return Pairs(column("left"), column("right"), column("score"), column("metres"))


def chosen_of(pairs: Pairs, keep: npt.NDArray[Any]) -> Pairs:
    """Some of the pairs, by a mask or by indices."""
    return Pairs(pairs.left[keep], pairs.right[keep], pairs.score[keep], pairs.metres[keep])


def _feasible(sides: Sides, first: int, last: int, *, best: int | None = None) -> Pairs:
    pairs = feasible_pairs(
        sides.left, sides.right, rule=sides.rule, best=best, forbidden=sides.forbidden, rows=(first, last)
    )
    # In an exchange everybody stands on both sides: each two people once, and nobody with themself.
    return chosen_of(pairs, pairs.left < pairs.right) if sides.one_sided else pairs
