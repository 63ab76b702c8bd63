"""The engine at work: which couples a round proposes, whether they are proved the best, who is left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bothways.engine.api import NotOptimal, Pairs, solve, tandem, verify
from bothways.enrol import api as enrol
from bothways.match import arrays, leftover, reasons
from bothways.match.arrays import Int64
from bothways.match.faults import NotProved
from bothways.match.listing import Report, Sides, list_rows, sides_of
from bothways.match.models import LeftOver
from bothways.match.reading import Reading
from bothways.programme import api as programme


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people whom the round would bring together, and why: the same for both."""

    left: enrol.Pooled
    right: enrol.Pooled
    score: int
    reasons: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a round proposes.

    `checked`: proved that there is no better set of couples among those looked at. `whole`: every couple that
    both sides' wishes allow was looked at. `one_in`: where it is not proved the best, the proof that it is at
    most one part in so many away from it.
    """

    couples: list[Couple]
    left_over: list[LeftOver]
    checked: bool
    whole: bool
    one_in: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of the listed pairs (int64, ascending), and what is proved of them (see `Choice`)."""

    pairs: Int64
    checked: bool
    one_in: int | None = None


def choose(one: programme.Programme, reading: Reading, report: Report, *, why: bool = True) -> Choice:
    """The best set of couples for everybody who was read; with `why` also the reasons of those left over.

    Raises NotProved when the engine's own proof does not hold, and what `report` raises.
    """
    report("listing")
    sides = sides_of(one, reading)
    pairs, whole = list_rows(sides, 0, len(sides.left), report)
    return settle(one, reading, sides, pairs, report, whole=whole, why=why)


def settle(
    one: programme.Programme,
    reading: Reading,
    sides: Sides,
    pairs: Pairs,
    report: Report,
    *,
    whole: bool,
    why: bool = True,
) -> Choice:
    """The same once the pairs are listed: the best set among them."""
    report("solving")
    chosen = (_exchange if sides.one_sided else _company)(one, reading, sides, pairs, report)
    report("explaining")
    couples = _couples(sides, pairs, chosen.pairs)
    left_over = leftover.explained(sides, reading, couples) if why else []
    return Choice(couples, left_over, chosen.checked, whole, chosen.one_in)


def _company(
    one: programme.Programme, reading: Reading, sides: Sides, pairs: Pairs, report: Report
) -> Chosen:
    at, above, room = arrays.area_tree(reading, programme.areas(one.id))
    problem: dict[str, Any] = {
        "left": pairs.left,
        "right": pairs.right,
        "score": pairs.score,
        "left_capacity": sides.left.capacity,
        "right_capacity": sides.right.capacity,
        "left_area": np.array([at[row["area_id"]] for row in sides.left_rows], dtype=np.int64),
        "area_parent": above,
        "area_capacity": room,
        "waiting": (sides.left.waiting_days, sides.right.waiting_days),
    }
    solution = solve(**problem)
    report("checking")
    try:
        verify(solution, **problem)
    except NotOptimal as error:
        raise NotProved(str(error)) from error
    return Chosen(solution.chosen, checked=True)


def _exchange(
    one: programme.Programme, reading: Reading, sides: Sides, pairs: Pairs, report: Report
) -> Chosen:
    """Proved where the gap is nought, else how large it is at most.

    The areas' capacities are kept by leaving out the weakest couples; nothing is proved of what is left.
    """
    found = tandem(pairs.left, pairs.right, pairs.score, sides.left.capacity, waiting=sides.left.waiting_days)
    report("checking")
    kept = _within_areas(one, reading, sides, pairs, found.chosen)
    if len(kept) < len(found.chosen):
        return Chosen(kept, checked=False)
    missing = found.bound - found.value
    return Chosen(kept, checked=not missing, one_in=found.bound // missing if missing else None)


def _within_areas(
    one: programme.Programme, reading: Reading, sides: Sides, pairs: Pairs, chosen: Int64
) -> Int64:
    at, above, room = arrays.area_tree(reading, programme.areas(one.id))
    kept = []
    for k in sorted(chosen.tolist(), key=lambda k: (-int(pairs.score[k]), k)):
        path = []
        index = at[sides.left_rows[int(pairs.left[k])]["area_id"]]
        while index >= 0:
            path.append(index)
            index = int(above[index])
        if all(room[index] > 0 for index in path):
            room[path] -= 1
            kept.append(k)
    return np.array(sorted(kept), dtype=np.int64)


def _couples(sides: Sides, pairs: Pairs, chosen: Int64) -> list[Couple]:
    return [
        Couple(
            sides.left_rows[i],
            sides.right_rows[j],
            int(pairs.score[k]),
            reasons.of(sides.left, i, sides.right, j),
        )
        for k, i, j in zip(
            chosen.tolist(), pairs.left[chosen].tolist(), pairs.right[chosen].tolist(), strict=True
        )
    ]
