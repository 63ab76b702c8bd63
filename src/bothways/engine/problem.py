"""One matching problem, checked: what `solve` and `verify` are both given."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from bothways.engine.arrays import Bool, Int32, Int64, Integers, indices, integers, refuse, whole, within
from bothways.engine.ordering import ascending, by_left

Count: TypeAlias = Literal["people", "pairs"]
COUNTS: Final = ("people", "pairs")
LARGEST_NUMBER: Final = int(np.iinfo(np.int32).max)
# Prices, weights and sums must stay below this, so that adding two of them cannot wrap around.
LARGEST: Final = 1 << 61


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Checked columns; without areas `left_area` is empty."""

    left: Int32
    right: Int32
    score: Int32
    left_capacity: Int64
    right_capacity: Int64
    left_area: Int64
    area_parent: Int64
    area_capacity: Int64
    left_days: Int64
    right_days: Int64
    left_reached: Bool
    right_reached: Bool
    count: Count

    @property
    def left_people(self) -> int:
        return len(self.left_capacity)

    @property
    def right_people(self) -> int:
        return len(self.right_capacity)

    @property
    def areas(self) -> int:
        return len(self.area_parent)


def problem(
    left: Integers,
    right: Integers,
    score: Integers,
    left_capacity: Integers,
    right_capacity: Integers,
    left_area: Integers | None,
    area_parent: Integers | None,
    area_capacity: Integers | None,
    waiting: tuple[Integers, Integers] | None,
    count: Count,
    reached: tuple[Bool, Bool] | None = None,
) -> Problem:
    """Check everything; ValueError names the argument and the index."""
    if count not in COUNTS:
        raise ValueError(f"count must be one of {COUNTS}, not {count!r}")
    left_room, right_room = (
        _capacity(left_capacity, "left_capacity"),
        _capacity(right_capacity, "right_capacity"),
    )
    lefts = indices(left, "left", len(left_room), "the length of left_capacity")
    rights = indices(right, "right", len(right_room), "the length of right_capacity", len(lefts))
    scores = whole(score, "score", len(lefts))
    _small(scores, "score")
    refuse_repeats(lefts, rights)
    area, parent, room = _areas(left_area, area_parent, area_capacity, len(left_room))
    left_days, right_days = _days(waiting, len(left_room), len(right_room))
    already = _reached(reached, len(left_room), len(right_room))
    return Problem(
        lefts,
        rights,
        scores.astype(np.int32, copy=False),
        left_room,
        right_room,
        area,
        parent,
        room,
        left_days,
        right_days,
        *already,
        count,
    )


def refuse_repeats(left: Int32 | Int64, right: Int32 | Int64, name: str = "left") -> None:
    if ascending(left, right):
        return
    order = by_left(left, right)
    one, other = order[1:], order[:-1]
    again = np.zeros(len(left), dtype=np.bool_)
    again[one] = (left[one] == left[other]) & (right[one] == right[other])
    refuse(again, name, "repeats an earlier pair")


def _capacity(value: Integers, name: str) -> Int64:
    array = integers(value, name)
    _small(array, name)
    return array


def _small(array: npt.NDArray[np.integer], name: str) -> None:
    refuse(array < 0, name, "is negative")
    refuse(array > LARGEST_NUMBER, name, f"is above {LARGEST_NUMBER}")


def _days(waiting: tuple[Integers, Integers] | None, n: int, m: int) -> tuple[Int64, Int64]:
    if waiting is None:
        return np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
    if len(waiting) != 2:
        raise ValueError("waiting must be two arrays: the days of the left and of the right people")
    days = integers(waiting[0], "waiting[0]", n), integers(waiting[1], "waiting[1]", m)
    for side, array in enumerate(days):
        refuse(array < 0, f"waiting[{side}]", "is negative")
    return days


def _reached(reached: tuple[Bool, Bool] | None, n: int, m: int) -> tuple[Bool, Bool]:
    if reached is None:
        return np.zeros(n, dtype=np.bool_), np.zeros(m, dtype=np.bool_)
    if len(reached) != 2:
        raise ValueError("reached must be two arrays: the left and the right people with a partner already")
    for side, (flags, size) in enumerate(zip(reached, (n, m), strict=True)):
        if flags.shape != (size,) or flags.dtype != np.bool_:
            raise ValueError(f"reached[{side}] must hold {size} truth values")
    return reached


def _areas(
    left_area: Integers | None, area_parent: Integers | None, area_capacity: Integers | None, n: int
) -> tuple[Int64, Int64, Int64]:
    if left_area is None and area_parent is None and area_capacity is None:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, nothing
    if left_area is None or area_parent is None or area_capacity is None:
        raise ValueError("left_area, area_parent and area_capacity go together: give all three or none")
    parent = integers(area_parent, "area_parent")
    room = integers(area_capacity, "area_capacity", len(parent))
    area = integers(left_area, "left_area", n)
    within(area, "left_area", len(parent), "the length of area_parent")
    refuse(room < 0, "area_capacity", "is negative")
    refuse((parent < -1) | (parent >= len(parent)), "area_parent", "is neither -1 nor an area")
    refuse_cycles(parent)
    return area, parent, room


def refuse_cycles(parent: Int64) -> None:
    """Pointer doubling: after log2(n) + 1 doublings every walk has left a tree by its root."""
    ancestor = parent.copy()
    for _ in range(len(parent).bit_length() + 1):
        ancestor = np.where(ancestor >= 0, ancestor[ancestor], -1)
    refuse(ancestor >= 0, "area_parent", "leads into a cycle")
