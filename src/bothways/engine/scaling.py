"""Compiled cost scaling: a flow that is best up to `slack` points, for `slack` getting smaller and smaller.

Goldberg and Tarjan's refinement with Bertsekas' bids, on both sides of the flow. With `slack` s, every arc
with room left has ``reduced <= s`` and every arc in use ``reduced >= -s``. A step takes the flow of a larger
slack, puts right the arcs that no longer comply, and is left with people who hold a unit too many or are a
unit short. Those who hold too many push it along their best arc and lower their price to just below what
their next best arc is worth; once there are none, those who are short pull in the same way. Pulling leaves
nobody with a unit too many, so each of the two passes ends, and then the flow is one.

All values here are `scale` times those of the network, so that a slack of 1 is a fraction of a point.
"""

from typing import NamedTuple

import numpy as np

from bothways.engine._jit import kernel, part
from bothways.engine.arrays import Bool, Int32, Int64
from bothways.engine.residual import HUB, Flow, Net, Whole

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


def desk(net: Net) -> Desk:
    areas = len(net.area_room)
    nodes = len(net.left_room) + len(net.right_room) + areas
    members = np.bincount(net.area[net.area >= 0], minlength=areas)
    return Desk(
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
def above(net: Net, flow: Flow, i: Whole) -> Whole:
    """The price of the area of a left person, or of the hub."""
    return flow.area_price[net.area[i]] if net.area[i] >= 0 else np.int64(0)


@part
def worth_left(net: Net, i: Whole, use: Whole, scale: Whole) -> Whole:
    """What the unit number `use` (from 1) of a left person carries."""
    return net.first_left[i] * scale if use == 1 else np.int64(0)


@part
def worth_right(net: Net, j: Whole, use: Whole, scale: Whole) -> Whole:
    return (net.first_right[j] if use == 1 else net.further) * scale


@part
def rank_of(net: Net, flow: Flow, i: Whole, sign: Whole, scale: Whole) -> Whole:
    """What one unit more (sign 1) is worth to a left person, or one less (-1); LEAST if there is none."""
    use = flow.left_use[i]
    if sign > 0:
        return flow.left_price[i] + worth_left(net, i, use + 1, scale) if use < net.left_room[i] else LEAST
    return -flow.left_price[i] - worth_left(net, i, use, scale) if use > 0 else LEAST


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
def front(net: Net, flow: Flow, at: Desk, a: Whole, sign: Whole, scale: Whole) -> Whole:
    """The left person of an area to whom one unit more (or less) is worth most, or -1."""
    start = at.line_start[a]
    if at.line_made[a] != at.passes[0]:
        at.line_made[a] = at.passes[0]
        size, i = 0, net.member[a]
        while i >= 0:
            at.rank[i] = rank_of(net, flow, i, sign, scale)
            at.spot[i] = -1
            if at.rank[i] > LEAST:
                put(at, start + size, i)
                size += 1
            i = net.next_member[i]
        at.line_size[a] = size
        for place in range(size // 2 - 1, -1, -1):
            sink(at, start, size, place)
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


@part
def comply(net: Net, flow: Flow, at: Desk, slack: Whole, scale: Whole) -> None:
    """Fill or empty the arcs that are off by more than `slack`."""
    n, m = len(net.left_room), len(net.right_room)
    for i in range(n):
        price = flow.left_price[i]
        for k in range(net.left_start[i], net.left_start[i + 1]):
            j = net.right[k]
            reduced = net.score[k] * scale - price + flow.right_price[j]
            if not flow.used[k] and reduced > slack:
                take(net, flow, at, k)
                at.excess[i] -= 1
                at.excess[n + j] += 1
            elif flow.used[k] and reduced < -slack:
                drop(net, flow, at, k)
                at.excess[i] += 1
                at.excess[n + j] -= 1
        before, base = flow.left_use[i], price - above(net, flow, i)
        while flow.left_use[i] < net.left_room[i] and (
            worth_left(net, i, flow.left_use[i] + 1, scale) + base > slack
        ):
            flow.left_use[i] += 1
        while flow.left_use[i] > 0 and worth_left(net, i, flow.left_use[i], scale) + base < -slack:
            flow.left_use[i] -= 1
        at.excess[i] += flow.left_use[i] - before
        if net.area[i] >= 0:
            at.excess[n + m + net.area[i]] -= flow.left_use[i] - before
    for j in range(m):
        before, price = flow.right_use[j], flow.right_price[j]
        while flow.right_use[j] < net.right_room[j] and (
            worth_right(net, j, flow.right_use[j] + 1, scale) - price > slack
        ):
            flow.right_use[j] += 1
        while flow.right_use[j] > 0 and worth_right(net, j, flow.right_use[j], scale) - price < -slack:
            flow.right_use[j] -= 1
        at.excess[n + j] -= flow.right_use[j] - before
    for a in range(len(net.area_room)):
        parent, before = net.area_parent[a], flow.area_use[a]
        reduced = flow.area_price[a] - (flow.area_price[parent] if parent >= 0 else 0)
        if reduced > slack:
            flow.area_use[a] = net.area_room[a]
        elif reduced < -slack:
            flow.area_use[a] = 0
        at.excess[n + m + a] += flow.area_use[a] - before
        if parent >= 0:
            at.excess[n + m + parent] -= flow.area_use[a] - before


@part
def push_left(net: Net, flow: Flow, at: Desk, i: Whole, slack: Whole, scale: Whole) -> Whole:
    """Send one unit that a left person has too many along their best arc; return where it went."""
    best, next_best, pair, to = LEAST, LEAST, -1, NOTHING
    for k in range(net.left_start[i], net.left_start[i + 1]):
        value = net.score[k] * scale + flow.right_price[net.right[k]]
        if value > next_best and not flow.used[k]:
            if value > best:
                best, next_best, pair = value, best, k
            else:
                next_best = value
    use = flow.left_use[i]
    if use > 0:
        back = above(net, flow, i)
        value = back - worth_left(net, i, use, scale)
        if value > best:
            next_best = max(best, back - worth_left(net, i, use - 1, scale)) if use > 1 else best
            best, pair = value, -1
            to = len(net.left_room) + len(net.right_room) + net.area[i] if net.area[i] >= 0 else HUB
        else:
            next_best = max(next_best, value)
    if pair >= 0:
        take(net, flow, at, pair)
        to = len(net.left_room) + net.right[pair]
    else:
        flow.left_use[i] -= 1
    flow.left_price[i] = min(flow.left_price[i], next_best - slack)
    if pair < 0:
        return_to(net, flow, at, i, 1, scale)
    return to


@part
def push_right(net: Net, flow: Flow, at: Desk, j: Whole, slack: Whole, scale: Whole) -> Whole:
    best, next_best, pair, to = LEAST, LEAST, -1, HUB
    first = net.right_start[j]
    for place in range(first, first + at.mine_count[j]):
        k = at.mine[place]
        value = flow.left_price[net.left[k]] - net.score[k] * scale
        if value > best:
            best, next_best, pair = value, best, k
        else:
            next_best = max(next_best, value)
    use = flow.right_use[j]
    if use < net.right_room[j]:
        value = worth_right(net, j, use + 1, scale)
        if value > best:
            next_best, best, pair = best, value, -1
            if use + 1 < net.right_room[j]:
                next_best = max(next_best, worth_right(net, j, use + 2, scale))
        else:
            next_best = max(next_best, value)
    if pair >= 0:
        drop(net, flow, at, pair)
        to = net.left[pair]
    else:
        flow.right_use[j] += 1
    flow.right_price[j] = min(flow.right_price[j], next_best - slack)
    return to


@part
def best_below(net: Net, flow: Flow, at: Desk, a: Whole, scale: Whole) -> tuple[Whole, Whole]:
    """Where one unit of an area is worth most (a node, or NOTHING), and what it is worth there."""
    areas, parent = len(net.left_room) + len(net.right_room), net.area_parent[a]
    best, to = LEAST, NOTHING
    if flow.area_use[a] > 0:
        best = flow.area_price[parent] if parent >= 0 else np.int64(0)
        to = areas + parent if parent >= 0 else HUB
    i = front(net, flow, at, a, 1, scale)
    if i >= 0 and at.rank[i] > best:
        best, to = at.rank[i], i
    c = net.child[a]
    while c >= 0:
        if flow.area_use[c] < net.area_room[c] and flow.area_price[c] > best:
            best, to = flow.area_price[c], areas + c
        c = net.next_child[c]
    return to, best


@part
def push_area(net: Net, flow: Flow, at: Desk, a: Whole, slack: Whole, scale: Whole) -> Whole:
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    to, _ = best_below(net, flow, at, a, scale)
    if 0 <= to < n:
        flow.left_use[to] += 1
    elif to >= areas and net.area_parent[to - areas] == a:
        flow.area_use[to - areas] += 1
    else:
        flow.area_use[a] -= 1
    _, next_best = best_below(net, flow, at, a, scale)
    flow.area_price[a] = min(flow.area_price[a], next_best - slack)
    return to


@part
def pull_left(net: Net, flow: Flow, at: Desk, i: Whole, slack: Whole, scale: Whole) -> Whole:
    """Fetch one unit that a left person is short of along their cheapest arc; return where it came from."""
    best, next_best, pair, source = -LEAST, -LEAST, -1, NOTHING
    for k in range(net.left_start[i], net.left_start[i + 1]):
        if flow.used[k]:
            value = net.score[k] * scale + flow.right_price[net.right[k]]
            if value < best:
                best, next_best, pair = value, best, k
            else:
                next_best = min(next_best, value)
    use = flow.left_use[i]
    if use < net.left_room[i]:
        here = above(net, flow, i)
        value = here - worth_left(net, i, use + 1, scale)
        if value < best:
            next_best, best, pair = best, value, -1
            if use + 1 < net.left_room[i]:
                next_best = min(next_best, here - worth_left(net, i, use + 2, scale))
            source = len(net.left_room) + len(net.right_room) + net.area[i] if net.area[i] >= 0 else HUB
        else:
            next_best = min(next_best, value)
    if pair >= 0:
        drop(net, flow, at, pair)
        source = len(net.left_room) + net.right[pair]
    else:
        flow.left_use[i] += 1
    flow.left_price[i] = max(flow.left_price[i], next_best + slack)
    if pair < 0:
        return_to(net, flow, at, i, -1, scale)
    return source


@part
def pull_right(net: Net, flow: Flow, at: Desk, j: Whole, slack: Whole, scale: Whole) -> Whole:
    best, next_best, pair, source = -LEAST, -LEAST, -1, HUB
    for place in range(net.right_start[j], net.right_start[j + 1]):
        k = net.by_right[place]
        value = flow.left_price[net.left[k]] - net.score[k] * scale
        if value < next_best and not flow.used[k]:
            if value < best:
                best, next_best, pair = value, best, k
            else:
                next_best = value
    use = flow.right_use[j]
    if use > 0:
        value = worth_right(net, j, use, scale)
        if value < best:
            next_best, best, pair = best, value, -1
            if use > 1:
                next_best = min(next_best, worth_right(net, j, use - 1, scale))
        else:
            next_best = min(next_best, value)
    if pair >= 0:
        take(net, flow, at, pair)
        source = net.left[pair]
    else:
        flow.right_use[j] -= 1
    flow.right_price[j] = max(flow.right_price[j], next_best + slack)
    return source


@part
def cheapest_above(net: Net, flow: Flow, at: Desk, a: Whole, scale: Whole) -> tuple[Whole, Whole]:
    """Where an area gets one unit most cheaply (a node, or NOTHING), and the price there."""
    areas, parent = len(net.left_room) + len(net.right_room), net.area_parent[a]
    best, source = -LEAST, NOTHING
    if flow.area_use[a] < net.area_room[a]:
        best = flow.area_price[parent] if parent >= 0 else np.int64(0)
        source = areas + parent if parent >= 0 else HUB
    i = front(net, flow, at, a, -1, scale)
    if i >= 0 and -at.rank[i] < best:
        best, source = -at.rank[i], i
    c = net.child[a]
    while c >= 0:
        if flow.area_use[c] > 0 and flow.area_price[c] < best:
            best, source = flow.area_price[c], areas + c
        c = net.next_child[c]
    return source, best


@part
def pull_area(net: Net, flow: Flow, at: Desk, a: Whole, slack: Whole, scale: Whole) -> Whole:
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    source, _ = cheapest_above(net, flow, at, a, scale)
    if 0 <= source < n:
        flow.left_use[source] -= 1
    elif source >= areas and net.area_parent[source - areas] == a:
        flow.area_use[source - areas] -= 1
    else:
        flow.area_use[a] += 1
    _, next_best = cheapest_above(net, flow, at, a, scale)
    flow.area_price[a] = max(flow.area_price[a], next_best + slack)
    return source


@part
def wrapped(place: Whole, size: Whole) -> Whole:
    return place - size if place >= size else place


@part
def push_all(net: Net, flow: Flow, at: Desk, slack: Whole, scale: Whole) -> None:
    n, areas, nodes = len(net.left_room), len(net.left_room) + len(net.right_room), len(at.excess)
    at.passes[0] += 1
    waiting, head = 0, 0
    for node in range(nodes):
        at.queued[node] = at.excess[node] > 0
        if at.queued[node]:
            at.queue[waiting] = node
            waiting += 1
    while waiting > 0:
        node = at.queue[head]
        head = head + 1 if head + 1 < len(at.queue) else 0
        waiting -= 1
        at.queued[node] = False
        while at.excess[node] > 0:
            if node < n:
                to = push_left(net, flow, at, node, slack, scale)
            elif node < areas:
                to = push_right(net, flow, at, node - n, slack, scale)
            else:
                to = push_area(net, flow, at, node - areas, slack, scale)
            at.excess[node] -= 1
            if to >= 0:
                at.excess[to] += 1
                if at.excess[to] > 0 and not at.queued[to]:
                    at.queued[to] = True
                    at.queue[wrapped(head + waiting, len(at.queue))] = to
                    waiting += 1


@part
def pull_all(net: Net, flow: Flow, at: Desk, slack: Whole, scale: Whole) -> None:
    n, areas, nodes = len(net.left_room), len(net.left_room) + len(net.right_room), len(at.excess)
    at.passes[0] += 1
    waiting, head = 0, 0
    for node in range(nodes):
        at.queued[node] = at.excess[node] < 0
        if at.queued[node]:
            at.queue[waiting] = node
            waiting += 1
    while waiting > 0:
        node = at.queue[head]
        head = head + 1 if head + 1 < len(at.queue) else 0
        waiting -= 1
        at.queued[node] = False
        while at.excess[node] < 0:
            if node < n:
                source = pull_left(net, flow, at, node, slack, scale)
            elif node < areas:
                source = pull_right(net, flow, at, node - n, slack, scale)
            else:
                source = pull_area(net, flow, at, node - areas, slack, scale)
            at.excess[node] += 1
            if source >= 0:
                at.excess[source] -= 1
                if at.excess[source] < 0 and not at.queued[source]:
                    at.queued[source] = True
                    at.queue[wrapped(head + waiting, len(at.queue))] = source
                    waiting += 1


@kernel
def refine(net: Net, flow: Flow, at: Desk, slack: Whole, scale: Whole) -> None:
    """Make `flow` best up to `slack`; its prices, in `scale` times the network's points, may be anything."""
    comply(net, flow, at, slack, scale)
    push_all(net, flow, at, slack, scale)
    pull_all(net, flow, at, slack, scale)
