"""A side's people in a tree: neighbours in place and language stand together, with what they have in common.

The tree only narrows the search of `search`; its shape decides nothing about the answer.

What people say is packed into words of bits, so that one `and` of two people's words tells what they share:
times and modes in the first, what stands against the pair in the second (not what they share, but what one
needs and the other did not say), then languages spoken, languages learned, interests.
"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from bothways.engine._jit import kernel
from bothways.engine.arrays import Bool, Float64, Int32, Int64, Uint64
from bothways.engine.people import People
from bothways.engine.points import popcount
from bothways.engine.sphere import EARTH_RADIUS_M, unit_vectors

LEAF: Final = 64  # so many people of a leaf at most: sets of them are words of bits
LEAST: Final = LEAF // 4  # and at least, except where there are not more
SPAN: Final = 3_000 / EARTH_RADIUS_M  # in a box smaller than this, language tells more than place
PRICE_LEVELS: Final = 4
# Columns of `Crowd.bits`
USE, LACK, TALK = range(3)  # `TALK` and following: languages spoken, languages learned
HALF: Final = 32  # modes stand above the times, what is not said above the needs
# Columns of `Tree.ranges`; `CHILD` and the next one, 0 in a leaf; `SETS`: a leaf's row there
FIRST, LAST, CHILD, MOST_TIMES, MOST_LIKES, MOST_SPEAK, MOST_LEARN, SETS = range(8)
TIMES: Final = np.uint64(0xFFFFFFFF)
ZERO: Final = np.uint64(0)
ONE: Final = np.uint64(1)


# What is looked at only when languages, needs, times and modes fit: one line of a processor's cache.
ROW: Final = np.dtype(
    [(name, np.float64) for name in ("x", "y", "z", "reach")]  # unit vector; about the radius's squared chord
    + [("price", np.int64), ("radius", np.int32), ("name", np.int32), ("pad", np.int64, 2)]
)


Rows: TypeAlias = npt.NDArray[np.void]


class Crowd(NamedTuple):
    """People's bits, and the rest; a row's `name` is the index in the side."""

    bits: Uint64  # (n, 3 + 2 words), interests last
    rows: Rows


class Tree(NamedTuple):
    """People in the tree's order, and for each node what those below it have at most.

    `bits` (nodes, 3 + 2 words): the words of all together, interests last. `box` (nodes, 7): lowest and
    highest x, y, z, largest reach. `sets` (leaves, 64 * (3 + 2 words) + 1): for each bit, in the order of
    `bits`, the set of a leaf's people who have it, so that a few operations sift them all at once; last, the
    bits of `LACK` that any of them has.
    """

    crowd: Crowd
    bits: Uint64
    box: Float64
    ranges: Int32
    price: Int64
    sets: Uint64


def crowd_of(people: People, price: Int64 | None) -> Crowd:
    """A side's people in the order given."""
    rows = np.zeros(len(people), ROW)
    rows["x"], rows["y"], rows["z"] = unit_vectors(people.lat_e5, people.lon_e5)
    half_angle = np.minimum((people.radius_m + 1.0) / (2 * EARTH_RADIUS_M), np.pi / 2)
    rows["reach"] = np.where(half_angle < np.pi / 2, (2 * np.sin(half_angle)) ** 2, 5.0)
    rows["price"], rows["radius"] = 0 if price is None else price, people.radius_m
    rows["name"] = np.arange(len(people))
    use = people.times | people.modes.astype(np.uint64) << np.uint64(HALF)
    lack = people.needs | (~people.facts).astype(np.uint64) << np.uint64(HALF)
    bits = np.column_stack([use, lack, people.speak, people.learn, people.interests])
    return Crowd(bits, rows)


def tree_of(everyone: Crowd, some: Bool, by_place: bool) -> Tree:
    """A tree of those who are marked, by place first or by language alone."""
    order = np.flatnonzero(some)
    ranges = np.zeros((max(2 * (len(order) // LEAST), 1) + 1, 8), np.int32)
    ranges = ranges[: plant(everyone, order, ranges, by_place)].copy()
    crowd = Crowd(everyone.bits[order], everyone.rows[order])
    n, width, leaves = len(ranges), crowd.bits.shape[1], np.flatnonzero(ranges[:, CHILD] == 0)
    ranges[leaves, SETS] = np.arange(len(leaves))
    sets = np.zeros((len(leaves), 64 * width + 1), np.uint64)
    bits, box, price = np.zeros((n, width), np.uint64), np.empty((n, 7)), np.empty(n, np.int64)
    tree = Tree(crowd, bits, box, ranges, price, sets)
    sum_up(tree)
    slice_up(crowd.bits, ranges, sets)
    return tree


@kernel
def plant(everyone: Crowd, order: Int64, ranges: Int32, by_place: bool) -> int:
    """Put `order` into the tree's order, give every node its range and children; return how many nodes."""
    bits, rows = everyone.bits, everyone.rows
    key, held = np.empty(len(order)), np.empty((bits.shape[1] - 1 - TALK, 64), np.int64)
    level = np.zeros(len(ranges), np.int64)  # how often the ancestors were split by price
    ranges[0, LAST] = len(order)
    count, at = 1, 0
    while at < count:
        first, last = ranges[at, FIRST], ranges[at, LAST]
        if last - first > LEAF:
            middle, rank = 0, level[at]
            if rank < PRICE_LEVELS:
                middle = by_price(rows, order, key, first, last)
                rank += 1 if middle else 0
            if middle == 0 and by_place:
                middle = by_extent(rows, order, key, first, last)
            if middle == 0:
                middle = by_language(bits, order, held, first, last)
            if middle == 0:
                middle = by_strength(bits, order, key, first, last)
            ranges[at, CHILD] = count
            ranges[count, FIRST], ranges[count, LAST] = first, middle
            ranges[count + 1, FIRST], ranges[count + 1, LAST] = middle, last
            level[count] = level[count + 1] = rank
            count += 2
        at += 1
    return count


@kernel
def by_price(rows: Rows, order: Int64, key: Float64, first: int, last: int) -> int:
    low, high = rows[order[first]].price, rows[order[first]].price
    for k in range(first, last):
        price = rows[order[k]].price
        low, high, key[k] = min(low, price), max(high, price), price
    return halve(order, key, first, last) if low < high else 0


@kernel
def by_extent(rows: Rows, order: Int64, key: Float64, first: int, last: int) -> int:
    x0, x1, y0, y1, z0, z1 = 2.0, -2.0, 2.0, -2.0, 2.0, -2.0
    for k in range(first, last):
        row = rows[order[k]]
        x0, x1, y0, y1 = min(x0, row.x), max(x1, row.x), min(y0, row.y), max(y1, row.y)
        z0, z1 = min(z0, row.z), max(z1, row.z)
    widest = max(x1 - x0, y1 - y0, z1 - z0)
    if widest < SPAN:
        return 0
    for k in range(first, last):
        row = rows[order[k]]
        key[k] = row.x if widest == x1 - x0 else row.y if widest == y1 - y0 else row.z
    return halve(order, key, first, last)


@kernel
def by_language(bits: Uint64, order: Int64, held: Int64, first: int, last: int) -> int:
    """Split by the language, spoken or learned, that comes nearest to being half of the people's."""
    words, size = bits.shape[1] - 1 - TALK, last - first
    held[:] = 0
    for w in range(words):
        for k in range(first, last):
            rest = bits[order[k], TALK + w]
            while rest != ZERO:
                low = rest & (~rest + ONE)
                held[w, popcount(low - ONE)] += 1
                rest ^= low
    best, word, bit = max(LEAST, size // 16), -1, 0
    for w in range(words):
        for number in range(64):
            smaller = min(held[w, number], size - held[w, number])
            if smaller > best:
                best, word, bit = smaller, w, number
    if word < 0:
        return 0
    left, right = first, last
    while left < right:
        if bits[order[left], TALK + word] >> np.uint64(bit) & ONE != ZERO:
            left += 1
        else:
            right -= 1
            order[left], order[right] = order[right], order[left]
    return left


@kernel
def by_strength(bits: Uint64, order: Int64, key: Float64, first: int, last: int) -> int:
    """Split by how much people can score at all: those with many times and interests stand together."""
    for k in range(first, last):
        one = order[k]
        key[k] = 30.0 * popcount(bits[one, USE] & TIMES) + 25.0 * popcount(bits[one, -1])
    return halve(order, key, first, last)


@kernel
def halve(order: Int64, key: Float64, first: int, last: int) -> int:
    """Quickselect: no key before the middle, which is returned, is larger than one after it."""
    middle, low, high = (first + last) // 2, first, last - 1
    while low < high:
        pivot, i, j = key[(low + high) // 2], low, high
        while i <= j:
            while key[i] < pivot:
                i += 1
            while key[j] > pivot:
                j -= 1
            if i <= j:
                key[i], key[j] = key[j], key[i]
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if middle <= j:
            high = j
        elif middle >= i:
            low = i
        else:
            break
    return middle


@kernel
def sum_up(tree: Tree) -> None:
    """Fill the nodes from the leaves upwards; children stand behind their parents."""
    people, rows = tree.crowd.bits, tree.crowd.rows
    bits, box, ranges, price = tree.bits, tree.box, tree.ranges, tree.price
    like, words = people.shape[1] - 1, (people.shape[1] - TALK) // 2
    for at in range(len(ranges) - 1, -1, -1):
        child = ranges[at, CHILD]
        bits[at, LACK] = ~ZERO
        for axis in range(3):
            box[at, 2 * axis], box[at, 2 * axis + 1] = 2.0, -2.0
        box[at, 6], price[at] = 0.0, np.int64(-(2**63))
        if child:
            for one in range(child, child + 2):
                for w in range(like + 1):
                    bits[at, w] = bits[at, w] & bits[one, w] if w == LACK else bits[at, w] | bits[one, w]
                for axis in range(3):
                    box[at, 2 * axis] = min(box[at, 2 * axis], box[one, 2 * axis])
                    box[at, 2 * axis + 1] = max(box[at, 2 * axis + 1], box[one, 2 * axis + 1])
                box[at, 6], price[at] = max(box[at, 6], box[one, 6]), max(price[at], price[one])
                for column in range(MOST_TIMES, MOST_LEARN + 1):
                    ranges[at, column] = max(ranges[at, column], ranges[one, column])
            continue
        for k in range(ranges[at, FIRST], ranges[at, LAST]):
            row = rows[k]
            for w in range(like + 1):
                bits[at, w] = bits[at, w] & people[k, w] if w == LACK else bits[at, w] | people[k, w]
            box[at, 0], box[at, 1] = min(box[at, 0], row.x), max(box[at, 1], row.x)
            box[at, 2], box[at, 3] = min(box[at, 2], row.y), max(box[at, 3], row.y)
            box[at, 4], box[at, 5] = min(box[at, 4], row.z), max(box[at, 5], row.z)
            box[at, 6], price[at] = max(box[at, 6], row.reach), max(price[at], row.price)
            speaks, learns = 0, 0
            for w in range(TALK, TALK + words):
                speaks += popcount(people[k, w])
                learns += popcount(people[k, w + words])
            times, likes = popcount(people[k, USE] & TIMES), popcount(people[k, like])
            ranges[at, MOST_TIMES] = max(ranges[at, MOST_TIMES], times)
            ranges[at, MOST_LIKES] = max(ranges[at, MOST_LIKES], likes)
            ranges[at, MOST_SPEAK] = max(ranges[at, MOST_SPEAK], speaks)
            ranges[at, MOST_LEARN] = max(ranges[at, MOST_LEARN], learns)


@kernel
def slice_up(bits: Uint64, ranges: Int32, sets: Uint64) -> None:
    """Fill the sets of the leaves."""
    for at in range(len(ranges)):
        if ranges[at, CHILD] != 0:
            continue
        row, first = sets[ranges[at, SETS]], ranges[at, FIRST]
        for k in range(first, ranges[at, LAST]):
            row[-1] |= bits[k, LACK]
            for w in range(bits.shape[1]):
                rest = bits[k, w]
                while rest != ZERO:
                    row[64 * w + popcount((rest & (~rest + ONE)) - ONE)] |= ONE << np.uint64(k - first)
                    rest &= rest - ONE
