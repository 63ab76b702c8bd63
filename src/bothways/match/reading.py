"""What a round reads: who may be matched, what stands between whom, how much each area holds already."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, replace

from bothways.enrol import api as enrol
from bothways.match.models import NotAgain, Proposal

LIVING = (Proposal.State.OPEN, Proposal.State.MADE)


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a programme. Everything in it is numbers and ids."""

    rows: list[enrol.Pooled]
    # Two people who are not proposed to each other: never again, a pair, or asked already.
    apart: set[tuple[uuid.UUID, uuid.UUID]]
    # Places that open proposals may still take, by enrolment.
    promised: Counter[uuid.UUID]
    # Living pairs and open proposals in each area, by the area of the left enrolment.
    load: Counter[int]

    def places(self, row: enrol.Pooled) -> int:
        """How many proposals this member can be sent now."""
        return max(row["capacity"] - row["partners"] - self.promised[row["id"]], 0)

    def between(self, a: uuid.UUID, b: uuid.UUID) -> bool:
        """Whether something stands between these two, so that they are not proposed to each other."""
        return _ordered(a, b) in self.apart

    def without(self, enrolments: set[uuid.UUID]) -> Reading:
        """The same look with these members passed over. What they hold already is still taken."""
        return replace(self, rows=[row for row in self.rows if row["id"] not in enrolments])


def read(programme_id: uuid.UUID) -> Reading:
    """Four queries, whatever the number of members."""
    apart = {
        _ordered(low, high)
        for low, high in NotAgain.objects.filter(programme_id=programme_id).values_list(
            "low_person", "high_person"
        )
    }
    promised: Counter[uuid.UUID] = Counter()
    load: Counter[int] = Counter()
    living = Proposal.objects.filter(programme_id=programme_id, state__in=LIVING).values_list(
        "state", "left_id", "right_id", "left_person", "right_person", "left__area_id"
    )
    for state, left, right, left_person, right_person, area in living:
        if left_person and right_person:
            apart.add(_ordered(left_person, right_person))
        if state == Proposal.State.OPEN:
            promised.update(one for one in (left, right) if one)
        if area is not None:
            load[area] += 1
    return Reading(enrol.pool(programme_id), apart, promised, load)


def _ordered(a: uuid.UUID, b: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    return (a, b) if a < b else (b, a)
