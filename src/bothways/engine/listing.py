"""The search on both sides, block by block on all processors, and its results put together."""

from typing import NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int32, Int64
from bothways.engine.crowd import CHILD, FIRST, HALF, LAST, USE, Crowd, Tree, crowd_of, tree_of
from bothways.engine.people import IN_PERSON, People
from bothways.engine.search import FAR, NEAR, REMOTE, Found, best_of_block, measure
from bothways.engine.threads import on_all

BLOCK = 256  # people searched for by one task
MOST_TOGETHER = 4096  # with more to keep for each, people are searched for one by one
PAIRS_AT_ONCE = 1 << 18


class Side(NamedTuple):
    """One side's people in the order given, and as trees of those who take part."""

    crowd: Crowd
    near: Tree  # who would meet in person
    far: Tree  # who would meet otherwise


class Barred(NamedTuple):
    """By person of the side that is searched for, those of the other side to leave out, ascending."""

    start: Int64
    other: Int32


def both_sides(
    offers: People,
    wishes: People,
    rows: tuple[int, int],
    left_price: Int64 | None = None,
    right_price: Int64 | None = None,
) -> tuple[Side, Side]:
    """Both sides; of the left one only people within `rows` take part. Prices are added to a pair's score."""
    crowds = crowd_of(offers, left_price), crowd_of(wishes, right_price)
    open_to = offers.capacity > 0, wishes.capacity > 0
    open_to[0][: rows[0]] = open_to[0][rows[1] :] = False

    def grow(task: tuple[int, bool]) -> Tree:
        side, near = task
        modes = crowds[side].bits[:, USE] >> np.uint64(HALF) & (np.uint64(IN_PERSON) if near else REMOTE)
        return tree_of(crowds[side], open_to[side] & (modes != 0), near)

    trees = on_all(grow, [(0, True), (1, True), (0, False), (1, False)])
    return Side(crowds[0], trees[0], trees[2]), Side(crowds[1], trees[1], trees[3])


def barred(codes: Int64, n: int, m: int) -> Barred:
    """Sorted codes ``left * m + right`` of pairs as lists by the left of n people."""
    start = np.searchsorted(codes, np.arange(n + 1) * m)
    return Barred(start, (codes % max(m, 1)).astype(np.int32))


def turned(codes: Int64, n: int, m: int) -> Int64:
    """The same pairs with the sides swapped."""
    left, right = np.divmod(codes, max(m, 1))
    return np.sort(right * n + left)


def look(
    asking: Side, asked: Side, rule: int, out: Barred, swapped: bool, most_kept: int, least: int
) -> Found:
    """For each person of one side the `most_kept` best of the other, of a value of `least` or more."""
    found = nothing_found(len(asking.crowd.rows))
    for way, tree, other in ((NEAR, asking.near, asked.near), (FAR, asking.far, asked.far)):
        if len(tree.crowd.rows) and len(other.crowd.rows):
            found = look_one_way(tree, other, way, rule, out, swapped, most_kept, least, found)
    return found


def look_one_way(
    tree: Tree,
    asked: Tree,
    way: int,
    rule: int,
    out: Barred,
    swapped: bool,
    most_kept: int,
    least: int,
    before: Found,
) -> Found:
    tasks = blocks(tree, one_by_one=most_kept > MOST_TOGETHER)
    results = on_all(
        lambda groups: best_of_block(
            asked, tree.crowd, groups, way, rule, out.start, out.other, swapped, most_kept, least, before
        ),
        tasks,
    )
    names = [tree.crowd.rows["name"][task[0, 0] : task[-1, 1]] for task in tasks]
    count = np.diff(before.start, prepend=0)
    for name, result in zip(names, results, strict=True):
        count[name + 1] = result[0]
    start = np.cumsum(count)
    partner, value = np.empty(start[-1], np.int32), np.empty(start[-1], np.int64)
    absent = np.ones(len(start) - 1, np.bool_)
    absent[tree.crowd.rows["name"]] = False
    carried = np.repeat(absent, np.diff(before.start))
    names.append(np.flatnonzero(absent).astype(np.int32))
    results.append((np.diff(before.start)[absent], before.partner[carried], before.value[carried]))
    for name, result in zip(names, results, strict=True):
        lay_out(name, *result, start, partner, value)
    return Found(start, partner, value)


def blocks(tree: Tree, *, one_by_one: bool) -> list[Int64]:
    """Groups of neighbours, as (first, last) in the tree's order, in blocks of about `BLOCK` people.

    Those of a leaf are searched for together: they look at the same branches.
    """
    n = len(tree.crowd.rows)
    groups = tree.ranges[tree.ranges[:, CHILD] == 0, FIRST : LAST + 1].astype(np.int64)
    if one_by_one:
        groups = np.arange(n)[:, None] + np.arange(2)
    groups = groups[groups[:, 0].argsort()]
    step = max(BLOCK * len(groups) // max(n, 1), 1)
    return [groups[k : k + step] for k in range(0, len(groups), step)]


def count(asking: Side, asked: Side, rule: int, out: Barred) -> int:
    """How many pairs are feasible."""
    ways = ((NEAR, asking.near, asked.near), (FAR, asking.far, asked.far))
    return sum(count_one_way(tree, other, way, rule, out) for way, tree, other in ways)


def count_one_way(tree: Tree, asked: Tree, way: int, rule: int, out: Barred) -> int:
    nothing = nothing_found(len(out.start) - 1)

    def search(groups: Int64) -> int:
        one = best_of_block(asked, tree.crowd, groups, way, rule, out.start, out.other, False, 0, 0, nothing)
        return int(one[0].sum())

    tasks = blocks(tree, one_by_one=False) if len(tree.crowd.rows) and len(asked.crowd.rows) else []
    return sum(on_all(search, tasks))


def nothing_found(n: int) -> Found:
    return Found(np.zeros(n + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.int64))


@kernel
def lay_out(
    name: Int32, count: Int64, partner: Int32, value: Int64, start: Int64, partners: Int32, values: Int64
) -> None:
    """Copy a block's results to where each person's stand."""
    at = 0
    for k in range(len(name)):
        to = start[name[k]]
        for _ in range(count[k]):
            partners[to], values[to] = partner[at], value[at]
            to += 1
            at += 1


def united(lefts: Found, rights: Found) -> tuple[Int32, Int32, Int64]:
    """The pairs that either side kept: left, right, value; by left, then right."""
    turned = turn(rights, len(lefts.start) - 1)
    most = len(lefts.partner) + len(rights.partner)
    left, right, value = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int64)
    size = merge(lefts, turned, left, right, value)
    return left[:size].copy(), right[:size].copy(), value[:size].copy()


def turn(found: Found, others: int) -> Found:
    """The same pairs by the partners."""
    start = np.zeros(others + 1, np.int64)
    np.cumsum(np.bincount(found.partner, minlength=others), out=start[1:])
    partner, value = np.empty_like(found.partner), np.empty_like(found.value)
    turn_round(found, start[:-1].copy(), partner, value)
    return Found(start, partner, value)


@kernel
def turn_round(found: Found, at: Int64, partner: Int32, value: Int64) -> None:
    for i in range(len(found.start) - 1):
        for k in range(found.start[i], found.start[i + 1]):
            to = at[found.partner[k]]
            partner[to], value[to] = i, found.value[k]
            at[found.partner[k]] = to + 1


@kernel
def merge(one: Found, other: Found, left: Int32, right: Int32, value: Int64) -> int:
    """Both lists of each person as one, ascending, each partner once; returns how many there are."""
    size = 0
    for i in range(len(one.start) - 1):
        a, b = one.start[i], other.start[i]
        end, other_end = one.start[i + 1], other.start[i + 1]
        while a < end or b < other_end:
            first = b >= other_end or (a < end and one.partner[a] <= other.partner[b])
            left[size] = i
            if first:
                right[size], value[size] = one.partner[a], one.value[a]
                if b < other_end and other.partner[b] == one.partner[a]:
                    b += 1
                a += 1
            else:
                right[size], value[size] = other.partner[b], other.value[b]
                b += 1
            size += 1
    return size


def distances(left_side: Crowd, right_side: Crowd, left: Int32, right: Int32) -> Int32:
    """Whole metres between the two of each pair."""
    metres = np.empty(len(left), np.int32)

    def work(first: int) -> None:
        some = slice(first, first + PAIRS_AT_ONCE)
        measure(left_side.rows, right_side.rows, left[some], right[some], metres[some])

    on_all(work, range(0, len(left), PAIRS_AT_ONCE))
    return metres
