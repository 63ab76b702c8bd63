"""The K best pairs of each person, kept while the pairs go by; and lists of such pairs put together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bothways.engine._jit import inlined, kernel
from bothways.engine.arrays import Bool, Int32, Int64, refuse
from bothways.engine.ordering import by_left
from bothways.engine.pairs import Pairs


class Heaps(NamedTuple):
    """For each person the largest values so far, the least of them in front.

    `tie` settles what `value` leaves open, and names the partner in its lower half. `floor` is the least
    value that is still of interest.
    """

    value: Int64  # (people, K)
    tie: Int64
    size: Int64
    floor: Int64


def heaps(people: int, best: int) -> Heaps:
    shape = (people, best)
    nothing = np.zeros(people, np.int64)
    return Heaps(np.empty(shape, np.int64), np.empty(shape, np.int64), nothing, nothing.copy())


@kernel
def scramble(i: int, j: int) -> int:
    """31 bits that settle ties in score without favouring anyone's place in the list."""
    mixed = np.uint64(i) * np.uint64(0x9E3779B97F4A7C15) ^ np.uint64(j) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return int(np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(0x7FFFFFFF)))


@inlined
def tie_of(i: int, j: int, swapped: bool) -> int:
    """The scramble of person `i` and partner `j`, then the lower index. `swapped`: `j` is the left one."""
    mixed = scramble(j, i) if swapped else scramble(i, j)
    return mixed << 32 | (0x7FFFFFFF - j)


@inlined
def partner_of(tie: int) -> int:
    return 0x7FFFFFFF - (tie & 0x7FFFFFFF)


@inlined
def keep(kept: Heaps, m: int, value: int, tie: int) -> None:
    """Put one more into person `m`'s heap, at the cost of the least when it is full."""
    values, ties, size, k = kept.value[m], kept.tie[m], kept.size[m], kept.value.shape[1]
    if k == 0:  # whoever keeps nothing counts
        kept.size[m] += 1
        return
    if size < k:
        at = size
        kept.size[m] = size + 1
        while at > 0:
            up = (at - 1) >> 1
            if values[up] < value or (values[up] == value and ties[up] < tie):
                break
            values[at], ties[at] = values[up], ties[up]
            at = up
    else:
        if value < values[0] or (value == values[0] and tie <= ties[0]):
            return
        at = 0
        while 2 * at + 1 < k:
            child = 2 * at + 1
            if child + 1 < k and (
                values[child + 1] < values[child]
                or (values[child + 1] == values[child] and ties[child + 1] < ties[child])
            ):
                child += 1
            if value < values[child] or (value == values[child] and tie < ties[child]):
                break
            values[at], ties[at] = values[child], ties[child]
            at = child
    values[at], ties[at] = value, tie
    if kept.size[m] == k:
        kept.floor[m] = max(kept.floor[m], values[0])


def best_of(parts: Sequence[Pairs], best: int, *, offers: int, wishes: int) -> Pairs:
    """Put lists of best pairs together, each made by ``feasible_pairs(..., best=best, rows=...)``.

    When the rows of the parts together are everybody, the answer is to the byte that of one call for
    everybody. So a long listing can be shared out to several processes or machines.

    Parameters
    ----------
    parts : sequence of Pairs
        In any order; no pair stands in two of them. May be empty.
    best : int
        K, as it was for every part.
    offers, wishes : int
        How many people there are on the two sides.

    Returns
    -------
    Pairs
        Ordered by left, then right.

    Raises
    ------
    ValueError
        best < 1, or an index of a part outside its side.

    Notes
    -----
    A pair among the K best of its left or right person of all is among the K best of the part in which it
    stands; so nothing is missing, and what is too much is left out here. O(p log K) for p pairs.
    """
    if best < 1:
        raise ValueError(f"best must be at least 1, not {best}")
    columns = [
        np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, np.int32)])
        for name in ("left", "right", "score", "metres")
    ]
    left, right, score, _ = columns
    refuse((left < 0) | (left >= offers), "left", f"is outside 0..{offers - 1}")
    refuse((right < 0) | (right >= wishes), "right", f"is outside 0..{wishes - 1}")
    lefts, rights = heaps(offers, min(best, wishes)), heaps(wishes, min(best, offers))
    keep_all(left, right, score, lefts, rights)
    wanted = np.empty(len(left), np.bool_)
    mark_kept(left, right, score, lefts, rights, wanted)
    left, right, score, metres = (column[wanted] for column in columns)
    order = by_left(left, right)
    return Pairs(left[order], right[order], score[order], metres[order])


@kernel
def keep_all(left: Int32, right: Int32, score: Int32, lefts: Heaps, rights: Heaps) -> None:
    for k in range(len(left)):
        i, j, value = int(left[k]), int(right[k]), int(score[k])
        keep(lefts, i, value, tie_of(i, j, False))
        keep(rights, j, value, tie_of(j, i, True))


@kernel
def mark_kept(left: Int32, right: Int32, score: Int32, lefts: Heaps, rights: Heaps, wanted: Bool) -> None:
    for k in range(len(left)):
        i, j, value = int(left[k]), int(right[k]), int(score[k])
        tie, back = tie_of(i, j, False), tie_of(j, i, True)
        least, other = lefts.value[i, 0], rights.value[j, 0]
        wanted[k] = (
            value > least
            or (value == least and tie >= lefts.tie[i, 0])
            or value > other
            or (value == other and back >= rights.tie[j, 0])
        )
