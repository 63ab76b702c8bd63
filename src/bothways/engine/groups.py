"""Compiled: a few people who are searched for together, with what they have together."""

from typing import Final, NamedTuple

import numpy as np

from bothways.engine._jit import inlined
from bothways.engine.arrays import Float64, Int64, Uint64
from bothways.engine.best import Heaps
from bothways.engine.crowd import HALF, LACK, LEAF, TALK, TIMES, USE, ZERO, Crowd
from bothways.engine.points import popcount

# Where the group as a whole stands among its members
WHOLE: Final = LEAF


class Group(NamedTuple):
    """A few people who are searched for together, with what they have together in the last row.

    `bits`, `box`, `most` as in a node of `Tree`; `kept` the best pairs of each.
    """

    bits: Uint64
    box: Float64
    most: Int64
    price: Int64
    name: Int64
    kept: Heaps


@inlined
def gather(group: Group, a: Crowd, first: int, last: int, least: int) -> None:
    """Make the people from `first` to before `last` the group."""
    bits, box, top = group.bits, group.box, group.most
    like = a.bits.shape[1] - 1
    words = (like - TALK) // 2
    bits[WHOLE] = ZERO
    bits[WHOLE, LACK] = ~ZERO
    box[WHOLE, 0::2], box[WHOLE, 1::2] = 2.0, -2.0
    top[WHOLE], group.price[WHOLE] = 0, -(2**62)
    for q in range(first, last):
        m, row = q - first, a.rows[q]
        for w in range(like + 1):
            bits[m, w] = a.bits[q, w]
        bits[m, LACK] = bits[m, LACK] >> np.uint64(HALF) | bits[m, LACK] << np.uint64(HALF)
        box[m, 0], box[m, 2], box[m, 4], box[m, 6] = row.x, row.y, row.z, row.reach
        box[m, 1], box[m, 3], box[m, 5] = row.x, row.y, row.z
        top[m] = 0
        for w in range(TALK, TALK + words):
            top[m, 2] += popcount(bits[m, w])
            top[m, 3] += popcount(bits[m, w + words])
        top[m, 0], top[m, 1] = popcount(bits[m, USE] & TIMES), popcount(bits[m, like])
        group.name[m], group.price[m], group.kept.size[m], group.kept.floor[m] = row.name, row.price, 0, least
        for w in range(like + 1):
            bits[WHOLE, w] = bits[WHOLE, w] & bits[m, w] if w == LACK else bits[WHOLE, w] | bits[m, w]
        for side in range(0, 6, 2):
            box[WHOLE, side] = min(box[WHOLE, side], box[m, side])
            box[WHOLE, side + 1] = max(box[WHOLE, side + 1], box[m, side])
        box[WHOLE, 6] = max(box[WHOLE, 6], row.reach) if m else row.reach
        for column in range(4):
            top[WHOLE, column] = max(top[WHOLE, column], top[m, column])
        group.price[WHOLE] = max(group.price[WHOLE], row.price)
