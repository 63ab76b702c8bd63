"""The engine at work: which couples a round proposes, whether they are proved the best, who is left over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bothways.engine.api import NotOptimal, Pairs, Price, solve, solve_all, tandem, verify, verify_all
from bothways.enrol import api as enrol
from bothways.match import arrays, leftover, reasons
from bothways.match.arrays import Int64
from bothways.match.faults import NotProved
from bothways.match.listing import Report, Sides, list_rows, sides_of
from bothways.match.models import LeftOver
from bothways.match.reading import Reading
from bothways.programme import api as programme

# How the passes over all pairs are made in a stage of the round; None: in this process alone.
PriceAt = Callable[[str], Price] | None


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
    """Which pairs (places of left and right people, and what each is worth), and what is proved of them (see
    `Choice`)."""

    left: npt.NDArray[Any]
    right: npt.NDArray[Any]
    score: npt.NDArray[Any]
    checked: bool
    whole: bool
    one_in: int | None = None


def of_listed(pairs: Pairs, chosen: Int64) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    return pairs.left[chosen], pairs.right[chosen], pairs.score[chosen]


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
    price: PriceAt = None,
) -> Choice:
    """The same once the pairs are listed; `whole`: these are all of them.

    If they are not, a programme with two sides is solved over all pairs all the same, beginning with these,
    with passes over all pairs made by `price`.
    """
    report("solving")
    if sides.one_sided:
        chosen = _exchange(one, reading, sides, pairs, whole, report)
    else:
        chosen = _company(one, reading, sides, pairs, whole, report, price)
    report("explaining")
    couples = _couples(sides, chosen)
    left_over = leftover.explained(sides, reading, couples) if why else []
    return Choice(couples, left_over, chosen.checked, chosen.whole, chosen.one_in)


def _company(
    one: programme.Programme,
    reading: Reading,
    sides: Sides,
    pairs: Pairs,
    whole: bool,
    report: Report,
    price: PriceAt,
) -> Chosen:
    at, above, room = arrays.area_tree(reading, programme.areas(one.id))
    areas: dict[str, Any] = {
        "left_area": np.array([at[row["area_id"]] for row in sides.left_rows], dtype=np.int64),
        "area_parent": above,
        "area_capacity": room,
    }
    try:
        if whole:
            return _best_of_listed(sides, pairs, areas, report)
        return _best_of_all(sides, pairs, areas, report, price or (lambda stage: None))
    except NotOptimal as error:
        raise NotProved(str(error)) from error


def _best_of_listed(sides: Sides, pairs: Pairs, areas: dict[str, Any], report: Report) -> Chosen:
    problem: dict[str, Any] = {
        "left": pairs.left,
        "right": pairs.right,
        "score": pairs.score,
        "left_capacity": sides.left.capacity,
        "right_capacity": sides.right.capacity,
        "waiting": (sides.left.waiting_days, sides.right.waiting_days),
        **areas,
    }
    solution = solve(**problem)
    report("checking")
    verify(solution, **problem)
    return Chosen(*of_listed(pairs, solution.chosen), checked=True, whole=True)


def _best_of_all(
    sides: Sides, pairs: Pairs, areas: dict[str, Any], report: Report, price: Callable[[str], Price | None]
) -> Chosen:
    """Too many pairs to keep: those that would make the choice better are looked for until there are none."""
    problem: dict[str, Any] = {"forbidden": sides.forbidden, "waiting": True, **areas}
    best = solve_all(
        sides.left,
        sides.right,
        listed=pairs,
        before_pass=lambda number: report("solving"),
        price=price("solving"),
        **problem,
    )
    report("checking")
    verify_all(best, sides.left, sides.right, price=price("checking"), **problem)
    return Chosen(best.left, best.right, best.score, checked=True, whole=True)


def _exchange(
    one: programme.Programme, reading: Reading, sides: Sides, pairs: Pairs, whole: bool, report: Report
) -> Chosen:
    """Proved where the gap is nought, else how large it is at most.

    The areas' capacities are kept by leaving out the weakest couples; nothing is proved of what is left.
    """
    found = tandem(pairs.left, pairs.right, pairs.score, sides.left.capacity, waiting=sides.left.waiting_days)
    report("checking")
    kept = _within_areas(one, reading, sides, pairs, found.chosen)
    if len(kept) < len(found.chosen):
        return Chosen(*of_listed(pairs, kept), checked=False, whole=whole)
    missing = found.bound - found.value
    one_in = found.bound // missing if missing else None
    return Chosen(*of_listed(pairs, kept), checked=not missing, whole=whole, one_in=one_in)


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


def _couples(sides: Sides, chosen: Chosen) -> list[Couple]:
    return [
        Couple(sides.left_rows[i], sides.right_rows[j], score, reasons.of(sides.left, i, sides.right, j))
        for i, j, score in zip(
            chosen.left.tolist(), chosen.right.tolist(), chosen.score.tolist(), strict=True
        )
    ]
