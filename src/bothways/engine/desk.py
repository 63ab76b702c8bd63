"""What the scaling works with: units too many and too few, who uses what, and the lines of the areas."""

from typing import NamedTuple

import numpy as np

from bothways.engine._jit import kernel, part
from bothways.engine.arrays import Bool, Int32, Int64
from bothways.engine.benches import SEATS
from bothways.engine.residual import (
    Flow,
    Net,
    Whole,
    worth_of_left,
)

LEAST: Whole = -(1 << 60)
NOTHING: Whole = -3


class Desk(NamedTuple):
    """Working space of one flow."""

    excess: Int64  # by node: units too many, negative when short
    queue: Int64
    queued: Bool
    mine: Int32  # the pairs in use of each right person: a stretch from right_start on
    mine_count: Int64
    # Each area's left people in a heap by what a unit is worth to them. `rank` is what it was worth when they
    # were put there: in one pass it only falls, but for those who `return_to` the line.
    line: Int64  # (n,): the areas' stretches one after the other
    line_start: Int64  # (a + 1,)
    line_size: Int64  # (a,)
    line_made: Int64  # (a,): the pass for which the heap was made
    spot: Int64  # (n,): where a person stands in `line`, or -1
    rank: Int64  # (n,)
    passes: Int64  # (1,)


def desk(net: Net, flow: Flow) -> Desk:
    areas = len(net.area_room)
    nodes = len(net.left_room) + len(net.right_room) + areas
    members = np.bincount(net.area[net.area >= 0], minlength=areas)
    at = Desk(
        np.zeros(nodes, np.int64),
        np.zeros(nodes + 1, np.int64),
        np.zeros(nodes, np.bool_),
        np.zeros(len(net.left), np.int32),
        np.zeros(len(net.right_room), np.int64),
        np.zeros(len(net.left_room), np.int64),
        np.concatenate([np.zeros(1, np.int64), np.cumsum(members)]),
        np.zeros(areas, np.int64),
        np.zeros(areas, np.int64),
        np.zeros(len(net.left_room), np.int64),
        np.zeros(len(net.left_room), np.int64),
        np.zeros(1, np.int64),
    )
    note_used(net, flow, at)
    return at


@kernel
def note_used(net: Net, flow: Flow, at: Desk) -> None:
    """Write down which pairs of each right person are in use already."""
    for k in range(len(net.left)):
        if flow.used[k]:
            take(net, flow, at, k)


@part
def take(net: Net, flow: Flow, at: Desk, k: Whole) -> None:
    j = net.right[k]
    flow.used[k] = True
    at.mine[net.right_start[j] + at.mine_count[j]] = k
    at.mine_count[j] += 1


@part
def drop(net: Net, flow: Flow, at: Desk, k: Whole) -> None:
    j = net.right[k]
    flow.used[k] = False
    first = net.right_start[j]
    last = first + at.mine_count[j] - 1
    for place in range(first, last + 1):
        if at.mine[place] == k:
            at.mine[place] = at.mine[last]
            break
    at.mine_count[j] -= 1


@part
def rank_of(net: Net, flow: Flow, i: Whole, sign: Whole, scale: Whole) -> Whole:
    """What one unit more (sign 1) is worth to a left person, or one less (-1); LEAST if there is none."""
    use = flow.left_use[i]
    if sign > 0:
        return (
            flow.left_price[i] + worth_of_left(net, i, use + 1) * scale if use < net.left_room[i] else LEAST
        )
    return -flow.left_price[i] - worth_of_left(net, i, use) * scale if use > 0 else LEAST


@part
def put(at: Desk, place: Whole, i: Whole) -> None:
    at.line[place] = i
    at.spot[i] = place


@part
def sink(at: Desk, start: Whole, size: Whole, place: Whole) -> None:
    """Move whoever stands at `place` of a heap down to where they belong."""
    i = at.line[start + place]
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and at.rank[at.line[start + child + 1]] > at.rank[at.line[start + child]]:
            child += 1
        if at.rank[at.line[start + child]] <= at.rank[i]:
            break
        put(at, start + place, at.line[start + child])
        place = child
    put(at, start + place, i)


@part
def line_up(net: Net, flow: Flow, at: Desk, a: Whole, sign: Whole, scale: Whole) -> None:
    """Make the heap of an area."""
    start, size, bench = at.line_start[a], 0, net.benches.first[a]
    while bench >= 0:
        for seat in range(SEATS * bench, SEATS * bench + net.benches.size[bench]):
            i = net.benches.who[seat]
            at.rank[i] = rank_of(net, flow, i, sign, scale)
            at.spot[i] = -1
            if at.rank[i] > LEAST:
                put(at, start + size, i)
                size += 1
        bench = net.benches.following[bench]
    at.line_size[a] = size
    for place in range(size // 2 - 1, -1, -1):
        sink(at, start, size, place)


@part
def front(net: Net, flow: Flow, at: Desk, a: Whole, sign: Whole, scale: Whole) -> Whole:
    """The left person of an area to whom one unit more (or less) is worth most, or -1."""
    start = at.line_start[a]
    if at.line_made[a] != at.passes[0]:
        at.line_made[a] = at.passes[0]
        line_up(net, flow, at, a, sign, scale)
    while at.line_size[a] > 0:
        i = at.line[start]
        rank = rank_of(net, flow, i, sign, scale)
        if rank == at.rank[i]:
            return i
        at.rank[i] = rank
        if rank <= LEAST:
            at.line_size[a] -= 1
            last = at.line[start + at.line_size[a]]
            at.spot[i] = -1
            if last == i:
                continue
            put(at, start, last)
        sink(at, start, at.line_size[a], 0)
    return -1


@part
def return_to(net: Net, flow: Flow, at: Desk, i: Whole, sign: Whole, scale: Whole) -> None:
    """Somebody to whom a unit may have become worth more takes their new place in the heap."""
    a = net.area[i]
    if a < 0 or at.line_made[a] != at.passes[0]:
        return
    start = at.line_start[a]
    at.rank[i] = rank_of(net, flow, i, sign, scale)
    if at.spot[i] < 0:
        if at.rank[i] <= LEAST:
            return
        put(at, start + at.line_size[a], i)
        at.line_size[a] += 1
    place = at.spot[i] - start
    while place > 0:
        parent = (place - 1) >> 1
        if at.rank[at.line[start + parent]] >= at.rank[i]:
            break
        put(at, start + place, at.line[start + parent])
        place = parent
    put(at, start + place, i)
    sink(at, start, at.line_size[a], place)
