"""What is known of one person who comes or changes, checked."""

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from bothways.engine.arrays import Int64, Integers, integers, refuse, within
from bothways.engine.growing import Side
from bothways.engine.nearby import Places
from bothways.engine.problem import LARGEST, LARGEST_NUMBER, refuse_repeats

Hand: TypeAlias = Literal["left", "right"]
HANDS: Final = ("left", "right")


class Row(NamedTuple):
    """`area` is -1 on the right, and where there are no areas."""

    capacity: int
    days: int
    area: int
    partners: Int64
    scores: Int64


def hand_of(side: str) -> int:
    """0 for the left side, 1 for the right one."""
    if side not in HANDS:
        raise ValueError(f"side must be one of {HANDS}, not {side!r}")
    return HANDS.index(side)


def whole(value: object, name: str) -> int:
    if not isinstance(value, int | np.integer):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def row_of(
    there: Side,
    others: str,
    places: Places,
    areas: int,
    capacity: int,
    days: int,
    partners: Integers,
    scores: Integers,
    area: int | None,
) -> Row:
    """Check what is said of one person, and put the partners' places for their indices. `there` is the other
    side, `others` its name; `areas` may be 0."""
    for name, value, top in (("capacity", capacity, LARGEST_NUMBER), ("days", days, LARGEST)):
        if not 0 <= whole(value, name) <= top:
            raise ValueError(f"{name} is outside 0..{top}")
    who = integers(partners, "partners")
    worth = integers(scores, "scores", len(who))
    within(who, "partners", there.number, f"the {others} people")
    refuse_repeats(who, np.zeros_like(who), "partners")
    who = places.of(who)
    refuse(there.gone[who], "partners", "has left")
    refuse((worth < 0) | (worth > LARGEST_NUMBER), "scores", f"is outside 0..{LARGEST_NUMBER}")
    if areas and area is None:
        raise ValueError("area is missing")
    if area is not None and not 0 <= whole(area, "area") < areas:
        raise ValueError(f"area {area} is outside 0..{areas - 1}" if areas else "area has no meaning here")
    return Row(int(capacity), int(days), -1 if area is None else int(area), who, worth)
