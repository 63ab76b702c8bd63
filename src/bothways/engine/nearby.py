"""Putting people who are likely to meet side by side in memory. For speed only."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int32, Int64
from bothways.engine.ordering import by_left
from bothways.engine.problem import Problem


def neighbourhoods(given: Problem) -> tuple[Int64, Int64]:
    """A new place for each left and right person: left people by area, right people by the place of the
    left person whom they suit best. What order the pairs are listed in makes no difference."""
    n, m = given.left_people, given.right_people
    left_place = _places(given.left_area) if given.areas else np.arange(n)
    nearest, best = np.full(m, n, np.int64), np.full(m, -1, np.int64)
    best_partner(given.left, given.right, given.score, left_place, nearest, best)
    return left_place, _places(nearest)


def move(given: Problem, left_place: Int64, right_place: Int64) -> Problem:
    """The same problem with everybody at their new place."""
    lefts, rights = places_back(left_place), places_back(right_place)
    return replace(
        given,
        left=left_place[given.left].astype(np.int32),
        right=right_place[given.right].astype(np.int32),
        left_capacity=given.left_capacity[lefts],
        right_capacity=given.right_capacity[rights],
        left_area=given.left_area[lefts] if given.areas else given.left_area,
        left_days=given.left_days[lefts],
        right_days=given.right_days[rights],
        left_reached=given.left_reached[lefts],
        right_reached=given.right_reached[rights],
    )


def in_order(given: Problem) -> Problem:
    """The same problem with its pairs by left, then right person."""
    order = by_left(given.left, given.right)
    return replace(given, left=given.left[order], right=given.right[order], score=given.score[order])


def places_back(place: Int64) -> Int64:
    """Who stands at each place."""
    back = np.empty_like(place)
    back[place] = np.arange(len(place))
    return back


def _places(key: Int64) -> Int64:
    return places_back(np.argsort(key, kind="stable"))


@kernel
def best_partner(
    left: Int32, right: Int32, score: Int32, left_place: Int64, nearest: Int64, best: Int64
) -> None:
    for k in range(len(left)):
        j, place = right[k], left_place[left[k]]
        if score[k] > best[j] or (score[k] == best[j] and place < nearest[j]):
            best[j], nearest[j] = score[k], place


class Places(NamedTuple):
    """Where people stand who were put side by side, and back; who came later stands where they came."""

    place: Int64
    who: Int64

    def of(self, people: Int32 | Int64) -> Int64:
        return _read(self.place, people)

    def back(self, places: Int32 | Int64) -> Int64:
        return _read(self.who, places)


def _read(table: Int64, index: Int32 | Int64) -> Int64:
    out = index.astype(np.int64)
    early = out < len(table)
    out[early] = table[out[early]]
    return out
