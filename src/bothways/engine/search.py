"""Compiled search: one person after the other against a tree of the other side.

A branch of the tree is left out when nothing below it can be feasible, or can score as much as the search
still asks for. On floats only what IEEE 754 fixes to the last bit decides anything; where that would
cost too much, a margin leaves the doubtful cases to `metres`.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from bothways.engine._jit import inlined, kernel
from bothways.engine.arrays import Float64, Int32, Int64, Uint64
from bothways.engine.best import Heaps, keep, partner_of, tie_of
from bothways.engine.crowd import (
    CHILD,
    FIRST,
    HALF,
    LACK,
    LAST,
    LEAF,
    MOST_LEARN,
    MOST_LIKES,
    MOST_SPEAK,
    MOST_TIMES,
    ONE,
    TALK,
    TIMES,
    USE,
    ZERO,
    Crowd,
    Rows,
    Tree,
)
from bothways.engine.kernels import EXCHANGE, metres_of
from bothways.engine.people import IN_PERSON, LETTER
from bothways.engine.points import (
    BAND_POINTS,
    INTEREST_POINTS,
    MARGIN,
    MODE_POINTS,
    MOST_POINTS,
    TIME_POINTS,
    band_points,
    fewest,
    in_reach,
    language_points,
    most_band_points,
    popcount,
    speakable,
)

REMOTE: Final = np.uint64(14)
TALKING: Final = np.uint64(7)
LETTERS: Final = np.uint64(LETTER)
MEETING: Final = np.uint64(IN_PERSON)

# The two ways to look for somebody: pairs that can meet in person, and those that can only meet otherwise.
NEAR: Final = 0
FAR: Final = 1
NOTHING: Final = -(2**63)


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


class Found(NamedTuple):
    """By person, whom the search kept for them, ascending, and the value of each pair."""

    start: Int64
    partner: Int32
    value: Int64


class Space(NamedTuple):
    """Room to work in."""

    nodes: Int64
    bounds: Int64
    at: Int64
    fits: Uint64
    gets: Uint64
    gives: Uint64
    shared: Uint64


@inlined
def usable(use: Any, way: int) -> Any:
    """The modes of a way of looking that shared times and modes allow."""
    modes = use >> np.uint64(HALF)
    if way == NEAR:
        return modes if use & TIMES != ZERO else ZERO
    return modes & (REMOTE if use & TIMES != ZERO else LETTERS)


@inlined
def most(tree: Tree, k: int, group: Group, m: int, way: int, rule: int) -> tuple[int, int, int]:
    """No pair of person `m` and somebody below node `k` has a larger value; NOTHING when none is feasible.

    And how much of it times and interests contribute.
    """
    bits, box, ranges = tree.bits, tree.box, tree.ranges
    mine, my_box, my_most = group.bits, group.box, group.most
    use = mine[m, USE] & bits[k, USE]
    modes = usable(use, way)
    if modes == ZERO or mine[m, LACK] & bits[k, LACK] != ZERO:
        return NOTHING, 0, 0
    points = int(MODE_POINTS[modes])
    if way == NEAR:
        square = 0.0
        for low in range(0, 6, 2):
            aside = max(box[k, low] - my_box[m, low + 1], my_box[m, low] - box[k, low + 1], 0.0)
            square += aside * aside
        if square > min(box[k, 6], my_box[m, 6]) * (1.0 + MARGIN):
            return NOTHING, 0, 0
        points += most_band_points(square)
    like = mine.shape[1] - 1
    words = (like - TALK) // 2
    both, learned, taught = 0, 0, 0
    for w in range(TALK, TALK + words):
        both += popcount(mine[m, w] & bits[k, w])
        learned += popcount(mine[m, w + words] & bits[k, w])
        taught += popcount(mine[m, w] & bits[k, w + words])
    if not speakable(both, learned, taught, rule):
        return NOTHING, 0, 0
    speaks, learns = int(ranges[k, MOST_SPEAK]), int(ranges[k, MOST_LEARN])
    my_speaks, my_learns = my_most[m, 2], my_most[m, 3]
    points += language_points(
        min(both, speaks, my_speaks), min(learned, speaks, my_learns), min(taught, learns, my_speaks)
    )
    for_times, for_likes = 0, 0
    if modes & TALKING != ZERO:
        for_times = TIME_POINTS[min(popcount(use & TIMES), int(ranges[k, MOST_TIMES]), my_most[m, 0], 8)]
    likes = popcount(mine[m, like] & bits[k, like])
    for_likes = INTEREST_POINTS[min(likes, int(ranges[k, MOST_LIKES]), my_most[m, 1], 6)]
    return points + for_times + for_likes + tree.price[k] + group.price[m], for_times, for_likes


@inlined
def sift(
    bits: Uint64, first: int, last: int, mine: Uint64, m: int, way: int, rule: int, times: int, likes: int,
    space: Space,
) -> int:  # fmt: skip
    """Write those of a leaf whom neither languages nor needs, times or modes exclude; return how many.

    They also share so many `times` and `likes` at least. The loops run over a leaf's whole width without a
    branch, for the sake of vector instructions; what stands behind the leaf's last is not looked at.
    """
    fits, gets, gives, at, like = space.fits, space.gets, space.gives, space.at, len(bits) - 1
    words = (like - TALK) // 2
    by_time = np.uint64(IN_PERSON << HALF) if way == NEAR else REMOTE << np.uint64(HALF)
    by_letter = ZERO if way == NEAR else LETTERS << np.uint64(HALF)
    for w in range(TALK + 1, TALK + words):  # languages beyond the first 64
        gain, speak = mine[m, w + words] | (ZERO if rule == EXCHANGE else mine[m, w]), mine[m, w]
        spoken, learned = bits[w, first : first + LEAF], bits[w + words, first : first + LEAF]
        for k in range(LEAF):
            gets[k] = (gets[k] if w > TALK + 1 else ZERO) | (gain & spoken[k])
            gives[k] = (gives[k] if w > TALK + 1 else ZERO) | (speak & learned[k])
    gain, speak = mine[m, TALK + words] | (ZERO if rule == EXCHANGE else mine[m, TALK]), mine[m, TALK]
    spoken, learned = bits[TALK, first : first + LEAF], bits[TALK + words, first : first + LEAF]
    my_use, my_lack = mine[m, USE], mine[m, LACK]
    uses, lacks = bits[USE, first : first + LEAF], bits[LACK, first : first + LEAF]
    some = ZERO
    for k in range(LEAF):
        getting, giving = gain & spoken[k] | gets[k], speak & learned[k] | gives[k]
        use = my_use & uses[k]
        ways = (use & by_letter) | ((use & by_time) if use & TIMES != ZERO else ZERO)
        speaks = ((getting != ZERO) & (giving != ZERO)) if rule == EXCHANGE else (getting | giving) != ZERO
        fits[k] = ONE if (ways != ZERO) & speaks & (my_lack & lacks[k] == ZERO) else ZERO
        some |= fits[k]
    for row in (USE, like):
        count = times if row == USE else likes
        if some == ZERO or count <= (1 if row == USE else 0):
            continue
        word, column = mine[m, row] & (TIMES if row == USE else ~ZERO), bits[row, first : first + LEAF]
        shared = space.shared
        for k in range(LEAF):
            shared[k] = word & column[k]
        for _ in range(count - 1):
            for k in range(LEAF):
                shared[k] &= shared[k] - ONE
        some = ZERO
        for k in range(LEAF):
            fits[k] = fits[k] if shared[k] != ZERO else ZERO
            some |= fits[k]
    found = 0
    if some != ZERO:
        for k in range(last - first):
            at[found] = first + k
            found += int(np.int64(fits[k]))
    return found


@inlined
def weigh(b: Crowd, j: int, mine: Uint64, m: int, me: Any, price: int, way: int, floor: int) -> int:
    """The value of a pair whom nothing but distance can exclude; NOTHING if that does, or below `floor`.

    `price` is the most that the two prices can add.
    """
    bits = b.bits
    like = len(bits) - 1
    words = (like - TALK) // 2
    use = mine[m, USE] & bits[USE, j]
    modes = usable(use, way)
    both, learned, taught = 0, 0, 0
    for w in range(TALK, TALK + words):
        both += popcount(mine[m, w] & bits[w, j])
        learned += popcount(mine[m, w + words] & bits[w, j])
        taught += popcount(mine[m, w] & bits[w + words, j])
    value: int = int(MODE_POINTS[modes]) + language_points(both, learned, taught)
    if modes & TALKING != ZERO:
        value += TIME_POINTS[min(popcount(use & TIMES), 8)]
    value += INTEREST_POINTS[min(popcount(mine[m, like] & bits[like, j]), 6)]
    if value + price + (BAND_POINTS[0] if way == NEAR else 0) < floor:
        return NOTHING
    other = b.rows[j]
    value += other.price + me.price
    meets = use & TIMES != ZERO and use >> np.uint64(HALF) & MEETING != ZERO
    if (value + BAND_POINTS[0] if way == NEAR else value) < floor:
        return NOTHING
    if not meets:
        return value
    dx, dy, dz = me.x - other.x, me.y - other.y, me.z - other.z
    square = dx * dx + dy * dy + dz * dz
    near = in_reach(square, min(me.reach, other.reach), int(min(me.radius, other.radius)))
    if near != (way == NEAR):
        return NOTHING
    if way == NEAR:
        value += band_points(square)
        if value < floor:
            return NOTHING
    return value


@inlined
def barred(start: Int64, other: Int32, i: int, j: int) -> bool:
    low, high = start[i], start[i + 1]
    while low < high:
        middle = (low + high) >> 1
        if other[middle] < j:
            low = middle + 1
        else:
            high = middle
    return bool(low < start[i + 1] and other[low] == j)


@inlined
def gather(group: Group, a: Crowd, first: int, last: int, least: int) -> None:
    """Make the people from `first` to before `last` the group."""
    bits, box, top = group.bits, group.box, group.most
    like = len(a.bits) - 1
    words = (like - TALK) // 2
    bits[WHOLE] = ZERO
    bits[WHOLE, LACK] = ~ZERO
    box[WHOLE, 0::2], box[WHOLE, 1::2] = 2.0, -2.0
    top[WHOLE], group.price[WHOLE] = 0, -(2**62)
    for q in range(first, last):
        m, row = q - first, a.rows[q]
        for w in range(like + 1):
            bits[m, w] = a.bits[w, q]
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


@inlined
def climb(
    tree: Tree, a: Crowd, first: int, last: int, group: Group, way: int, rule: int, start: Int64,
    other: Int32, swapped: bool, space: Space,
) -> None:  # fmt: skip
    """Everybody of the tree who is of interest to one of the group, the most promising branches first."""
    ranges, b = tree.ranges, tree.crowd
    nodes, bounds, floor, count = space.nodes, space.bounds, group.kept.floor, last - first
    lowest = floor[:count].min()
    bounds[0], nodes[0], depth = lowest, 0, 1
    while depth > 0:
        depth -= 1
        if bounds[depth] < lowest or bounds[depth] == NOTHING:
            continue
        node = nodes[depth]
        child = int(ranges[node, CHILD])
        if child:
            for side in range(2):
                nodes[depth + side] = child + side
                bounds[depth + side] = most(tree, child + side, group, WHOLE, way, rule)[0]
            if bounds[depth] > bounds[depth + 1]:  # the better one on top
                nodes[depth], nodes[depth + 1] = child + 1, child
                bounds[depth], bounds[depth + 1] = bounds[depth + 1], bounds[depth]
            depth += 2
            continue
        low, high = int(ranges[node, FIRST]), int(ranges[node, LAST])
        for m in range(count):
            bound, for_times, for_likes = most(tree, node, group, m, way, rule)
            if bound == NOTHING or bound < floor[m]:
                continue
            i, me, slack = group.name[m], a.rows[first + m], min(bound - floor[m], MOST_POINTS)
            times, likes = fewest(TIME_POINTS, for_times - slack), fewest(INTEREST_POINTS, for_likes - slack)
            found = sift(b.bits, low, high, group.bits, m, way, rule, times, likes, space)
            for k in range(found):
                value = weigh(b, space.at[k], group.bits, m, me, tree.price[node] + me.price, way, floor[m])
                if value != NOTHING:
                    j = int(b.rows[space.at[k]].name)
                    if not barred(start, other, i, j):
                        keep(group.kept, m, value, tie_of(i, j, swapped))
        lowest = floor[0]
        for m in range(1, count):
            lowest = min(lowest, floor[m])


@kernel
def best_of_block(
    tree: Tree, a: Crowd, groups: Int64, way: int, rule: int, start: Int64, other: Int32, swapped: bool,
    most_kept: int, least: int, before: Found,
) -> tuple[Int64, Int32, Int64]:  # fmt: skip
    """For each person of the groups the best of the tree and of `before`: how many, with whom, what value."""
    width, size = len(a.bits), (groups[:, 1] - groups[:, 0]).max()
    group = Group(
        np.empty((LEAF + 1, width), np.uint64), np.empty((LEAF + 1, 7)), np.empty((LEAF + 1, 4), np.int64),
        np.empty(LEAF + 1, np.int64), np.empty(LEAF, np.int64),
        Heaps(
            np.empty((size, most_kept), np.int64), np.empty((size, most_kept), np.int64),
            np.zeros(LEAF, np.int64), np.empty(LEAF, np.int64),
        ),
    )  # fmt: skip
    space = Space(
        np.empty(256, np.int64), np.empty(256, np.int64), np.empty(LEAF, np.int64), np.empty(LEAF, np.uint64),
        np.zeros(LEAF, np.uint64), np.zeros(LEAF, np.uint64), np.empty(LEAF, np.uint64),
    )  # fmt: skip
    count, total, done = np.zeros((groups[:, 1] - groups[:, 0]).sum(), np.int64), 0, 0
    partner, worth = np.empty(1024, np.int32), np.empty(1024, np.int64)
    for g in range(len(groups)):
        first, last = groups[g]
        gather(group, a, first, last, least)
        for m in range(last - first):
            i = group.name[m]
            for k in range(before.start[i], before.start[i + 1]):
                keep(group.kept, m, before.value[k], tie_of(i, int(before.partner[k]), swapped))
        climb(tree, a, first, last, group, way, rule, start, other, swapped, space)
        for m in range(last - first):
            size, ties = group.kept.size[m], group.kept.tie[m]
            count[done] = size
            done += 1
            if most_kept == 0:
                continue
            if total + size > len(partner):
                room = max(2 * len(partner), total + size)
                more, further = np.empty(room, np.int32), np.empty(room, np.int64)
                more[:total], further[:total] = partner[:total], worth[:total]
                partner, worth = more, further
            for k in range(size):  # by partner; the tie has done its work
                ties[k] = partner_of(ties[k]) << 32 | k
            ties[:size].sort()
            for k in range(size):
                partner[total + k] = ties[k] >> 32
                worth[total + k] = group.kept.value[m, ties[k] & 0xFFFFFFFF]
            total += size
    return count, partner[:total].copy(), worth[:total].copy()


@kernel
def measure(a: Rows, b: Rows, left: Int32, right: Int32, metres: Int32) -> None:
    """Fill `metres` for the pairs of `left` and `right`."""
    for k in range(len(left)):
        one, other = a[left[k]], b[right[k]]
        dx, dy, dz = one.x - other.x, one.y - other.y, one.z - other.z
        metres[k] = metres_of(dx * dx + dy * dy + dz * dz)
