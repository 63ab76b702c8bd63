"""The engine at work: which couples a round proposes, whether they are proved the best, who is left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from bothways.core.clock.api import now
from bothways.engine.api import NotOptimal, Pairs, People, feasible_pairs, solve, tandem, verify
from bothways.enrol import api as enrol
from bothways.match import arrays, leftover, reasons
from bothways.match.arrays import Int64
from bothways.match.faults import NotProved
from bothways.match.models import LeftOver
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
class Couple:
    """Two people whom the round would bring together, and why: the same for both."""

    left: enrol.Pooled
    right: enrol.Pooled
    score: int
    reasons: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a round proposes. `checked`: proved that there is no better set of couples among those looked
    at; `whole`: every couple that both sides' wishes allow was looked at; `one_in`: where it is not proved
    the
    best, the proof that it is at most one part in so many away from it."""

    couples: list[Couple]
    left_over: list[LeftOver]
    checked: bool
    whole: bool
    one_in: int | None = None


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
    sides = _sides(one, reading)
    pairs, whole = _list(sides, report)
    report("solving")
    chosen = (_exchange if sides.one_sided else _company)(one, reading, sides, pairs, report)
    report("explaining")
    couples = _couples(sides, pairs, chosen.pairs)
    left_over = leftover.explained(sides, reading, couples) if why else []
    return Choice(couples, left_over, chosen.checked, whole, chosen.one_in)


def _sides(one: programme.Programme, reading: Reading) -> Sides:
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


def _list(sides: Sides, report: Report) -> tuple[Pairs, bool]:
    """All pairs, part by part; the best ones of each person as soon as all of them are too many."""
    step = max(STRIDE // max(len(sides.right), 1), 1)
    parts: list[Pairs] = []
    for start in range(0, len(sides.left), step):
        report("listing", start / len(sides.left))
        rows = np.arange(start, min(start + step, len(sides.left)))
        inside = (sides.forbidden[:, 0] >= start) & (sides.forbidden[:, 0] < start + step)
        apart = sides.forbidden[inside] - np.array([start, 0])
        part = feasible_pairs(sides.left.take(rows), sides.right, rule=sides.rule, forbidden=apart)
        parts.append(
            _once(sides, Pairs((part.left + start).astype(np.int32), part.right, part.score, part.metres))
        )
        if sum(len(one) for one in parts) > MOST_PAIRS:
            found = feasible_pairs(
                sides.left, sides.right, rule=sides.rule, best=BEST, forbidden=sides.forbidden
            )
            return _once(sides, found), False
    return _joined(parts), True


def _once(sides: Sides, pairs: Pairs) -> Pairs:
    """In an exchange everybody stands on both sides: keep each two people once, and nobody with themself."""
    if not sides.one_sided:
        return pairs
    keep = pairs.left < pairs.right
    return Pairs(pairs.left[keep], pairs.right[keep], pairs.score[keep], pairs.metres[keep])


def _joined(parts: list[Pairs]) -> Pairs:
    def column(name: str) -> Any:
        return np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, dtype=np.int32)])

    return Pairs(column("left"), column("right"), column("score"), column("metres"))


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
