"""Why somebody has no proposal, and what would help: for that person only."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from bothways.engine.api import HINTS, REASONS, People, explain_left_over
from bothways.enrol import api as enrol
from bothways.match.arrays import Int64
from bothways.match.models import LeftOver
from bothways.match.reading import Reading
from bothways.programme.api import catalogue

if TYPE_CHECKING:
    from bothways.match.listing import Sides
    from bothways.match.pairing import Couple

# How many people stand behind a hint is said in these steps, so that a changing number tells nothing.
STEPS = (3, 5, 10, 20, 50, 100)
MOST_HINTS = 3
# Nobody is ever advised to do without one of these: they are there for safety.
KEPT_NEEDS = {item.number for item in catalogue.NEEDS if item.key in {"only_women", "only_men"}}


def explained(sides: Sides, reading: Reading, couples: list[Couple]) -> list[LeftOver]:
    """One row for each member with a free place who has no proposal, neither open nor new."""
    sent = Counter(row["id"] for couple in couples for row in (couple.left, couple.right))
    left_free, right_free = (
        _free(sides.left, sides.left_rows, sent),
        _free(sides.right, sides.right_rows, sent),
    )
    found = _one_side(
        sides, reading, sent, sides.left, sides.left_rows, sides.right, ~right_free, sides.forbidden
    )
    if not sides.one_sided:
        mirrored = sides.forbidden[:, ::-1]
        found += _one_side(
            sides, reading, sent, sides.right, sides.right_rows, sides.left, ~left_free, mirrored
        )
    return found


def _free(people: People, rows: list[enrol.Pooled], sent: Counter[uuid.UUID]) -> Any:
    return people.capacity > np.array([sent[row["id"]] for row in rows], dtype=np.int32)


def _one_side(
    sides: Sides,
    reading: Reading,
    sent: Counter[uuid.UUID],
    people: People,
    rows: list[enrol.Pooled],
    others: People,
    taken: Any,
    forbidden: Int64,
) -> list[LeftOver]:
    who = [
        index
        for index, row in enumerate(rows)
        if not sent[row["id"]] and not reading.promised[row["id"]] and reading.places(row)
    ]
    found = explain_left_over(
        people,
        others,
        np.array(who, dtype=np.int64),
        rule=sides.rule,
        taken=taken,
        forbidden=np.ascontiguousarray(forbidden),
        one_sided=sides.one_sided,
    )
    return [
        LeftOver(
            enrolment_id=rows[index]["id"],
            person_id=rows[index]["person_id"],
            reason=REASONS[int(reason)],
            hints=_hints(values, reaches),
        )
        for index, reason, values, reaches in zip(
            who, found.reason, found.value.tolist(), found.reaches.tolist(), strict=True
        )
    ]


def _hints(values: list[int], reaches: list[int]) -> list[dict[str, Any]]:
    """The smallest changes first, a few of them, with how many people in coarse steps."""
    found = [
        {"change": change, "value": value, "people": max(step for step in STEPS if step <= people)}
        for change, value, people in zip(HINTS, values, reaches, strict=True)
        if people >= STEPS[0] and not (change == "need" and value in KEPT_NEEDS)
    ]
    return found[:MOST_HINTS]
