"""From what was read to the engine's columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from bothways.engine.api import People, language_bits
from bothways.enrol import api as enrol
from bothways.match.reading import Reading
from bothways.programme import api as programme
from bothways.programme.api import catalogue

Int64 = npt.NDArray[np.int64]
LEVELS = len(catalogue.LEVELS)
# Longer waits weigh the same: the engine's whole numbers stay small, and a year comes first anyway.
LONGEST_WAIT = 366
NO_LIMIT = 2_000_000


def people(reading: Reading, rows: list[enrol.Pooled], moment: datetime) -> People:
    """The engine's columns for these members, in this order."""

    def column(name: str, dtype: npt.DTypeLike) -> Any:
        return np.array([row[name] for row in rows], dtype=dtype)  # type: ignore[literal-required]

    return People(
        lat_e5=column("lat_e5", np.int32),
        lon_e5=column("lon_e5", np.int32),
        radius_m=np.array([row["radius_km"] * 1000 for row in rows], dtype=np.int32),
        speak=_languages([_talking(row["speak"]) for row in rows]),
        learn=_languages([[code // LEVELS for code in row["learn"]] for row in rows]),
        times=column("times", np.uint32),
        modes=column("modes", np.uint8),
        interests=column("interests", np.uint64),
        needs=column("needs", np.uint32),
        facts=column("facts", np.uint32),
        capacity=np.array([reading.places(row) for row in rows], dtype=np.int32),
        waiting_days=np.array([_waited(row, moment) for row in rows], dtype=np.int32),
    )


def forbidden(reading: Reading, left: list[enrol.Pooled], right: list[enrol.Pooled]) -> Int64:
    """(m, 2) pairs of indices that are never proposed, both ways round."""
    left_at = {row["person_id"]: index for index, row in enumerate(left)}
    right_at = {row["person_id"]: index for index, row in enumerate(right)}
    found = [
        (left_at[one], right_at[other])
        for low, high in reading.apart
        for one, other in ((low, high), (high, low))
        if one in left_at and other in right_at
    ]
    return np.array(sorted(found), dtype=np.int64).reshape(len(found), 2)


def area_tree(reading: Reading, areas: list[programme.Area]) -> tuple[dict[int, int], Int64, Int64]:
    """Index of each area, the index above it (-1 at the top), and the pairs it can still take."""
    at = {area.id: index for index, area in enumerate(areas)}
    above = [at[area.parent_id] if area.parent_id is not None else -1 for area in areas]
    load = [0] * len(areas)
    for area_id, pairs in reading.load.items():
        index = at.get(area_id, -1)
        while index >= 0:
            load[index] += pairs
            index = above[index]
    room = [
        NO_LIMIT if area.capacity is None else max(area.capacity - load[index], 0)
        for index, area in enumerate(areas)
    ]
    return at, np.array(above, dtype=np.int64), np.array(room, dtype=np.int64)


def _talking(codes: list[int]) -> list[int]:
    return [code // LEVELS for code in codes if code % LEVELS >= catalogue.TALKING]


def _languages(numbers: list[list[int]]) -> npt.NDArray[np.uint64]:
    return language_bits(numbers, len(catalogue.LANGUAGES))


def _waited(row: enrol.Pooled, moment: datetime) -> int:
    return min(max((moment - row["waiting_since"]).days, 0), LONGEST_WAIT)
