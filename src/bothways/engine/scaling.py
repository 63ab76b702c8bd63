"""Compiled cost scaling: a flow that is best up to `slack` points, for `slack` getting smaller and smaller.

Goldberg and Tarjan's refinement with Bertsekas' bids, on both sides of the flow. With `slack` s, every arc
with room left has ``reduced <= s`` and every arc in use ``reduced >= -s``. A step takes the flow of a larger
slack, puts right the arcs that no longer comply, and is left with people who hold a unit too many or are a
unit short. Those who hold too many push it along their best arc and lower their price to just below what
their next best arc is worth; once there are none, those who are short pull in the same way. Pulling leaves
nobody with a unit too many, so each of the two passes ends, and then the flow is one.

All values here are `scale` times those of the network, so that a slack of 1 is a fraction of a point.
"""

import numpy as np

from bothways.engine._jit import kernel, part
from bothways.engine.desk import LEAST, NOTHING, Desk, drop, front, return_to, take
from bothways.engine.residual import (
    HUB,
    Flow,
    Net,
    Whole,
    price_of_area,
    worth_of_left,
    worth_of_right,
)


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
        before, base = flow.left_use[i], price - price_of_area(flow, net.area[i])
        while flow.left_use[i] < net.left_room[i] and (
            worth_of_left(net, i, flow.left_use[i] + 1) * scale + base > slack
        ):
            flow.left_use[i] += 1
        while flow.left_use[i] > 0 and worth_of_left(net, i, flow.left_use[i]) * scale + base < -slack:
            flow.left_use[i] -= 1
        at.excess[i] += flow.left_use[i] - before
        if net.area[i] >= 0:
            at.excess[n + m + net.area[i]] -= flow.left_use[i] - before
    for j in range(m):
        before, price = flow.right_use[j], flow.right_price[j]
        while flow.right_use[j] < net.right_room[j] and (
            worth_of_right(net, j, flow.right_use[j] + 1) * scale - price > slack
        ):
            flow.right_use[j] += 1
        while flow.right_use[j] > 0 and worth_of_right(net, j, flow.right_use[j]) * scale - price < -slack:
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
        back = price_of_area(flow, net.area[i])
        value = back - worth_of_left(net, i, use) * scale
        if value > best:
            next_best = max(best, back - worth_of_left(net, i, use - 1) * scale) if use > 1 else best
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
        value = worth_of_right(net, j, use + 1) * scale
        if value > best:
            next_best, best, pair = best, value, -1
            if use + 1 < net.right_room[j]:
                next_best = max(next_best, worth_of_right(net, j, use + 2) * scale)
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
        here = price_of_area(flow, net.area[i])
        value = here - worth_of_left(net, i, use + 1) * scale
        if value < best:
            next_best, best, pair = best, value, -1
            if use + 1 < net.left_room[i]:
                next_best = min(next_best, here - worth_of_left(net, i, use + 2) * scale)
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
        value = worth_of_right(net, j, use) * scale
        if value < best:
            next_best, best, pair = best, value, -1
            if use > 1:
                next_best = min(next_best, worth_of_right(net, j, use - 1) * scale)
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
def step(net: Net, flow: Flow, at: Desk, node: Whole, sign: Whole, slack: Whole, scale: Whole) -> Whole:
    """Push one unit away from a node (sign 1) or pull one in (sign -1); return the other end."""
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    if node < n:
        if sign > 0:
            return push_left(net, flow, at, node, slack, scale)
        return pull_left(net, flow, at, node, slack, scale)
    if node < areas:
        if sign > 0:
            return push_right(net, flow, at, node - n, slack, scale)
        return pull_right(net, flow, at, node - n, slack, scale)
    if sign > 0:
        return push_area(net, flow, at, node - areas, slack, scale)
    return pull_area(net, flow, at, node - areas, slack, scale)


@part
def level(net: Net, flow: Flow, at: Desk, sign: Whole, slack: Whole, scale: Whole) -> None:
    """Until nobody has a unit too many (sign 1) or is short of one (sign -1)."""
    at.passes[0] += 1
    waiting, head, size = 0, 0, len(at.queue)
    for node in range(len(at.excess)):
        at.queued[node] = sign * at.excess[node] > 0
        if at.queued[node]:
            at.queue[waiting] = node
            waiting += 1
    while waiting > 0:
        node = at.queue[head]
        head = wrapped(head + 1, size)
        waiting -= 1
        at.queued[node] = False
        while sign * at.excess[node] > 0:
            other = step(net, flow, at, node, sign, slack, scale)
            at.excess[node] -= sign
            if other >= 0:
                at.excess[other] += sign
                if sign * at.excess[other] > 0 and not at.queued[other]:
                    at.queued[other] = True
                    at.queue[wrapped(head + waiting, size)] = other
                    waiting += 1


@kernel
def refine(net: Net, flow: Flow, at: Desk, slack: Whole, scale: Whole) -> None:
    """Make `flow` best up to `slack`; its prices, in `scale` times the network's points, may be anything."""
    comply(net, flow, at, slack, scale)
    level(net, flow, at, 1, slack, scale)
    level(net, flow, at, -1, slack, scale)
