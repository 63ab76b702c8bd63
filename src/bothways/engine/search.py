"""Compiled search: one person after the other against a tree of the other side.

A branch of the tree is left out when nothing below it can be feasible, or can score as much as the search
still asks for. On floats only what IEEE 754 fixes to the last bit decides anything; where that would
cost too much, a margin leaves the doubtful cases to `metres`.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from bothways.engine._jit import inlined, kernel
from bothways.engine.arrays import Int32, Int64, Uint64
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
    SETS,
    TALK,
    TIMES,
    USE,
    ZERO,
    Crowd,
    Rows,
    Tree,
)
from bothways.engine.groups import WHOLE, Group, gather
from bothways.engine.kernels import EXCHANGE, metres_of
from bothways.engine.people import IN_PERSON, LETTER
from bothways.engine.points import (
    INTEREST_POINTS,
    LEARN_POINTS,
    MARGIN,
    MODE_POINTS,
    SPEAK_POINTS,
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
STEP: Final = 6


class Found(NamedTuple):
    """By person, whom the search kept for them, ascending, and the value of each pair."""

    start: Int64
    partner: Int32
    value: Int64


class Bound(NamedTuple):
    """The most that a pair can be worth, and what of it certain things contribute at most."""

    value: int
    times: int
    likes: int
    place: int
    both: int
    learned: int
    taught: int


class Space(NamedTuple):
    """Room to work in."""

    nodes: Int64
    bounds: Int64
    active: Uint64
    spans: Int64
    ladder: Uint64


@inlined
def usable(use: Any, way: int) -> Any:
    """The modes of a way of looking that shared times and modes allow."""
    modes = use >> np.uint64(HALF)
    if way == NEAR:
        return modes if use & TIMES != ZERO else ZERO
    return modes & (REMOTE if use & TIMES != ZERO else LETTERS)


@inlined
def most(tree: Tree, k: int, group: Group, m: int, way: int, rule: int) -> Bound:
    """No pair of person `m` and somebody below node `k` has a larger value; NOTHING when none is feasible."""
    bits, box, ranges = tree.bits, tree.box, tree.ranges
    mine, my_box, my_most = group.bits, group.box, group.most
    use = mine[m, USE] & bits[k, USE]
    modes = usable(use, way)
    if modes == ZERO or mine[m, LACK] & bits[k, LACK] != ZERO:
        return Bound(NOTHING, 0, 0, 0, 0, 0, 0)
    points, for_place = int(MODE_POINTS[modes]), 0
    if way == NEAR:
        square = 0.0
        for low in range(0, 6, 2):
            aside = max(box[k, low] - my_box[m, low + 1], my_box[m, low] - box[k, low + 1], 0.0)
            square += aside * aside
        if square > min(box[k, 6], my_box[m, 6]) * (1.0 + MARGIN):
            return Bound(NOTHING, 0, 0, 0, 0, 0, 0)
        for_place = most_band_points(square)
    like = mine.shape[1] - 1
    words = (like - TALK) // 2
    both, learned, taught = 0, 0, 0
    for w in range(TALK, TALK + words):
        both += popcount(mine[m, w] & bits[k, w])
        learned += popcount(mine[m, w + words] & bits[k, w])
        taught += popcount(mine[m, w] & bits[k, w + words])
    if not speakable(both, learned, taught, rule):
        return Bound(NOTHING, 0, 0, 0, 0, 0, 0)
    speaks, learns = int(ranges[k, MOST_SPEAK]), int(ranges[k, MOST_LEARN])
    my_speaks, my_learns = my_most[m, 2], my_most[m, 3]
    for_both = SPEAK_POINTS[min(both, speaks, my_speaks, 3)]
    for_learned = LEARN_POINTS[min(learned, speaks, my_learns, 2)]
    for_taught = LEARN_POINTS[min(taught, learns, my_speaks, 2)]
    times, likes = 0, popcount(mine[m, like] & bits[k, like])
    if modes & TALKING != ZERO:
        times = TIME_POINTS[min(popcount(use & TIMES), int(ranges[k, MOST_TIMES]), my_most[m, 0], 8)]
    likes = INTEREST_POINTS[min(likes, int(ranges[k, MOST_LIKES]), my_most[m, 1], 6)]
    value = points + for_place + for_both + for_learned + for_taught + times + likes
    value += tree.price[k] + group.price[m]
    return Bound(value, times, likes, for_place, for_both, for_learned, for_taught)


@inlined
def sharing(sets: Uint64, base: int, word: Any) -> Any:
    """The set of those who share any of a word's bits."""
    some = ZERO
    while word != ZERO:
        some |= sets[base + popcount((word & (~word + ONE)) - ONE)]
        word &= word - ONE
    return some


@inlined
def sharing_many(sets: Uint64, base: int, word: Any, count: int, ladder: Uint64) -> Any:
    """The set of those who share at least `count` of a word's bits."""
    for step in range(count):
        ladder[step] = ZERO
    while word != ZERO:
        have = sets[base + popcount((word & (~word + ONE)) - ONE)]
        word &= word - ONE
        for step in range(count):  # who has this one too climbs a step
            have, ladder[step] = ladder[step] & have, ladder[step] | have
    return ladder[count - 1]


@inlined
def sift(tree: Tree, k: int, group: Group, m: int, way: int, rule: int, bound: Bound, ladder: Uint64) -> Any:
    """The set of those of leaf `k` who are feasible with the person but for distance, and of interest.

    Not of interest is whoever lacks more of what makes up `bound` than it is above the floor.
    """
    sets, mine, slack = tree.sets[tree.ranges[k, SETS]], group.bits, bound.value - group.kept.floor[m]
    modes, shift = mine[m, USE] >> np.uint64(HALF), 64 * USE + HALF
    talking, writing = ~ZERO, ZERO
    if way == FAR:
        talking = sharing(sets, shift, modes & TALKING & REMOTE)
        writing = sharing(sets, shift, modes & LETTERS)
    times = fewest(TIME_POINTS, bound.times - slack)
    fits = talking & sharing_many(sets, 64 * USE, mine[m, USE] & TIMES, max(times, 1), ladder)
    if times == 0:
        fits |= writing
    likes = fewest(INTEREST_POINTS, bound.likes - slack)
    like = mine.shape[1] - 1
    if likes:
        fits &= sharing_many(sets, 64 * like, mine[m, like], likes, ladder)
    if fits == ZERO:
        return fits
    both, learned, taught, words = ZERO, ZERO, ZERO, (like - TALK) // 2
    for w in range(TALK, TALK + words):
        both |= sharing(sets, 64 * w, mine[m, w])
        learned |= sharing(sets, 64 * w, mine[m, w + words])
        taught |= sharing(sets, 64 * (w + words), mine[m, w])
    fits &= learned & taught if rule == EXCHANGE else both | learned | taught
    fits &= both if bound.both > slack else ~ZERO
    fits &= learned if bound.learned > slack else ~ZERO
    fits &= taught if bound.taught > slack else ~ZERO
    return fits & ~sharing(sets, 64 * LACK, mine[m, LACK] & sets[-1])


@inlined
def weigh(b: Crowd, j: int, group: Group, m: int, me: Any, way: int, rest: int) -> int:
    """The value of a pair that `sift` let through; NOTHING if it is not feasible or not of interest.

    `rest` is as much as distance and prices can add.
    """
    bits, mine, floor = b.bits, group.bits, group.kept.floor[m]
    like = bits.shape[1] - 1
    words = (like - TALK) // 2
    use = mine[m, USE] & bits[j, USE]
    both, learned, taught = 0, 0, 0
    for w in range(TALK, TALK + words):
        both += popcount(mine[m, w] & bits[j, w])
        learned += popcount(mine[m, w + words] & bits[j, w])
        taught += popcount(mine[m, w] & bits[j, w + words])
    modes = usable(use, way)
    value: int = int(MODE_POINTS[modes]) + language_points(both, learned, taught)
    if modes & TALKING != ZERO:
        value += TIME_POINTS[min(popcount(use & TIMES), 8)]
    value += INTEREST_POINTS[min(popcount(mine[m, like] & bits[j, like]), 6)]
    if value + rest < floor:
        return NOTHING
    other = b.rows[j]
    value += other.price + me.price
    if use & TIMES != ZERO and use >> np.uint64(HALF) & MEETING != ZERO:
        dx, dy, dz = me.x - other.x, me.y - other.y, me.z - other.z
        square = dx * dx + dy * dy + dz * dz
        near = in_reach(square, min(me.reach, other.reach), int(min(me.radius, other.radius)))
        if near != (way == NEAR):
            return NOTHING
        if way == NEAR:
            value += band_points(square)
    return value if value >= floor else NOTHING


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
def climb(
    tree: Tree, a: Crowd, first: int, last: int, group: Group, way: int, rule: int, start: Int64,
    other: Int32, swapped: bool, space: Space,
) -> None:  # fmt: skip
    """Everybody of the tree who is of interest to one of the group, the most promising branches first.

    With each branch goes who of the group is still interested in it (`active`). They are asked one by one
    when a branch is smaller by `STEP` than where they were asked last, and at the leaves.
    """
    ranges, b, floor = tree.ranges, tree.crowd, group.kept.floor
    nodes, bounds, active, spans = space.nodes, space.bounds, space.active, space.spans
    nodes[0], bounds[0], spans[0], depth = 0, 2**62, 2**62, 1
    active[0] = ~ZERO >> np.uint64(LEAF - (last - first))
    while depth > 0:
        depth -= 1
        node, asked, span = nodes[depth], active[depth], spans[depth]
        if bounds[depth] == NOTHING:
            continue
        child, size = int(ranges[node, CHILD]), int(ranges[node, LAST] - ranges[node, FIRST])
        if child and size * STEP > span:
            rest, lowest = asked, 2**62
            while rest != ZERO:
                lowest = min(lowest, floor[popcount((rest & (~rest + ONE)) - ONE)])
                rest &= rest - ONE
            if bounds[depth] < lowest:
                continue
        else:
            span, rest = size, asked
            while rest != ZERO:
                one = rest & (~rest + ONE)
                rest ^= one
                m = popcount(one - ONE)
                bound = most(tree, node, group, m, way, rule)
                if bound.value == NOTHING or bound.value < floor[m]:
                    asked ^= one
                elif child == 0:
                    i, me, place = group.name[m], a.rows[first + m], int(ranges[node, FIRST])
                    found = sift(tree, node, group, m, way, rule, bound, space.ladder)
                    for_rest = bound.place + tree.price[node] + me.price
                    while found != ZERO:
                        at = place + popcount((found & (~found + ONE)) - ONE)
                        found &= found - ONE
                        value = weigh(b, at, group, m, me, way, for_rest)
                        if value != NOTHING:
                            j = int(b.rows[at].name)
                            if not barred(start, other, i, j):
                                keep(group.kept, m, value, tie_of(i, j, swapped))
        if child and asked != ZERO:
            for side in range(2):
                bound = most(tree, child + side, group, WHOLE, way, rule)
                nodes[depth + side], bounds[depth + side] = child + side, bound.value
                active[depth + side], spans[depth + side] = asked, span
            if bounds[depth] > bounds[depth + 1]:  # the better one on top
                nodes[depth], nodes[depth + 1] = child + 1, child
                bounds[depth], bounds[depth + 1] = bounds[depth + 1], bounds[depth]
            depth += 2


@kernel
def best_of_block(
    tree: Tree, a: Crowd, groups: Int64, way: int, rule: int, start: Int64, other: Int32, swapped: bool,
    most_kept: int, least: int, before: Found,
) -> tuple[Int64, Int32, Int64]:  # fmt: skip
    """For each person of the groups the best of the tree and of `before`: how many, with whom, what value."""
    width, size = a.bits.shape[1], (groups[:, 1] - groups[:, 0]).max()
    group = Group(
        np.empty((LEAF + 1, width), np.uint64), np.empty((LEAF + 1, 7)), np.empty((LEAF + 1, 4), np.int64),
        np.empty(LEAF + 1, np.int64), np.empty(LEAF, np.int64),
        Heaps(
            np.empty((size, most_kept), np.int64), np.empty((size, most_kept), np.int64),
            np.zeros(LEAF, np.int64), np.empty(LEAF, np.int64),
        ),
    )  # fmt: skip
    space = Space(
        np.empty(256, np.int64),
        np.empty(256, np.int64),
        np.empty(256, np.uint64),
        np.empty(256, np.int64),
        np.empty(16, np.uint64),
    )
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
