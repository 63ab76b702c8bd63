"""Compiled shortest augmenting paths: how a flow is made best again after a change, one arc at a time.

An arc that does not comply (room left although it pays, or in use although it costs) gets one unit pushed
along it, or taken back; the unit then goes round by the shortest path from the arc's head to its tail,
lengths being reduced costs, unless every such path is longer than what the arc is off by. Either way prices
move so that the arc complies and no other arc ceases to (Edmonds and Karp; Ahuja, Magnanti and Orlin,
chapter 9). Arcs that do not comply yet count as absent, so they can be put right in any order.

The search grows from both ends (Dijkstra). It never grows through the hub, which is next to everybody: a path
through the hub is the sum of what both ends need to get there.
"""

import numpy as np

from bothways.engine._jit import kernel, part
from bothways.engine.arrays import Int64
from bothways.engine.reach import FAR, NOWHERE, Search, Work, begin, grow_ahead, grow_behind, pop
from bothways.engine.residual import (
    HUB,
    Flow,
    Net,
    Whole,
    loosen,
    price_of_area,
    put_used,
    worth_of_left,
    worth_of_right,
)


@part
def carry(net: Net, flow: Flow, tail: Whole, head: Whole, pair: Whole) -> None:
    """Move one unit from `tail` to `head`: along an arc with room left, or back along one in use."""
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    if pair >= 0:
        put_used(net, flow, pair, tail < n)
    elif 0 <= tail < n:
        flow.left_use[tail] -= 1
        loosen(net, flow, tail)
    elif 0 <= head < n:
        flow.left_use[head] += 1
        loosen(net, flow, head)
    elif n <= tail < areas:
        flow.right_use[tail - n] += 1
    elif n <= head < areas:
        flow.right_use[head - n] -= 1
    elif head == HUB or (tail >= areas and net.area_parent[tail - areas] == head - areas):
        flow.area_use[tail - areas] -= 1
    else:
        flow.area_use[head - areas] += 1


@part
def carry_ahead(net: Net, flow: Flow, one: Search, node: Whole, start: Whole) -> None:
    while node != start:
        it = one.labels[node]
        carry(net, flow, np.int64(it.via), node, np.int64(it.pair))
        node = np.int64(it.via)


@part
def carry_behind(net: Net, flow: Flow, one: Search, node: Whole, end: Whole) -> None:
    while node != end:
        it = one.labels[node]
        carry(net, flow, node, np.int64(it.via), np.int64(it.pair))
        node = np.int64(it.via)


@part
def move_prices(net: Net, flow: Flow, one: Search, radius: Whole, sign: Whole) -> None:
    """Prices within `radius` of a search's start move by what they are nearer than that.

    Whoever is only labelled, and was not settled, is no nearer than `radius`.
    """
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    for place in range(one.size[1]):
        node = np.int64(one.settled[place])
        by = sign * max(radius - one.labels[node].distance, 0)
        if node < n:
            if by != 0:
                flow.left_price[node] += by
                loosen(net, flow, node)
        elif node < areas:
            flow.right_price[node - n] += by
        else:
            flow.area_price[node - areas] += by


@part
def reroute(net: Net, flow: Flow, at: Work, start: Whole, end: Whole, off: Whole) -> bool:
    """Take one unit from node `start` to node `end` if that costs less than `off`; say whether it did.

    In any case prices move so that the step from `end` to `start`, off by `off`, complies afterwards
    (that step itself is the caller's).
    """
    ahead, behind = at.ahead, at.behind
    at.counted[0] += 1
    number = at.counted[0]
    begin(ahead, number, start)
    begin(behind, number, end)
    shortest, meeting, within = off, np.int64(NOWHERE), off
    while True:
        near = ahead.far[0] if ahead.size[0] > 0 else np.int64(FAR)
        far = behind.far[0] if behind.size[0] > 0 else np.int64(FAR)
        if ahead.hub[0] + behind.hub[0] < shortest:
            shortest, meeting = ahead.hub[0] + behind.hub[0], np.int64(HUB)
        if min(near, ahead.hub[0]) + min(far, behind.hub[0]) >= shortest:
            break
        at.counted[1] += 1
        # The side with fewer labels grows. Nothing is labelled that, with what the other end has yet to go,
        # is no shorter than the shortest path so far: most labels would never be looked at again.
        if near < ahead.hub[0] and (ahead.size[0] <= behind.size[0] or far >= behind.hub[0]):
            within = shortest - min(far, behind.hub[0])
            node = np.int64(pop(ahead))
            met = behind.labels[node]
            if met.seen == number and near + met.distance < shortest:
                shortest, meeting = near + met.distance, node
            grow_ahead(net, flow, ahead, number, node, near, within)
        else:
            node = np.int64(pop(behind))
            met = ahead.labels[node]
            if met.seen == number and far + met.distance < shortest:
                shortest, meeting = far + met.distance, node
            grow_behind(net, flow, behind, number, node, far, shortest - min(near, ahead.hub[0]))
    radius = min(near, ahead.hub[0], shortest, within)
    move_prices(net, flow, ahead, radius, -1)
    move_prices(net, flow, behind, shortest - radius, 1)
    if meeting == NOWHERE:
        return False
    if meeting != HUB:
        carry_ahead(net, flow, ahead, meeting, start)
        carry_behind(net, flow, behind, meeting, end)
        return True
    if start != HUB:
        carry(net, flow, ahead.hub[1], HUB, NOWHERE)
        carry_ahead(net, flow, ahead, ahead.hub[1], start)
    if end != HUB:
        carry(net, flow, HUB, behind.hub[1], NOWHERE)
        carry_behind(net, flow, behind, behind.hub[1], end)
    return True


@part
def settle_pair(net: Net, flow: Flow, at: Work, k: Whole) -> None:
    """Make pair k comply."""
    i, j = net.left[k], net.right[k]
    node = len(net.left_room) + j
    reduced = net.score[k] - flow.left_price[i] + flow.right_price[j]
    if reduced > 0 and not flow.used[k]:
        if reroute(net, flow, at, node, i, reduced):
            put_used(net, flow, k, True)
    elif reduced < 0 and flow.used[k] and reroute(net, flow, at, i, node, -reduced):
        put_used(net, flow, k, False)


@part
def settle_left(net: Net, flow: Flow, at: Work, i: Whole) -> None:
    """Make the steps between a left person and their area (or the hub) comply."""
    area = net.area[i]
    up = len(net.left_room) + len(net.right_room) + area if area >= 0 else np.int64(HUB)
    while flow.left_use[i] < net.left_room[i]:
        base = flow.left_price[i] - price_of_area(flow, area)
        off = worth_of_left(net, i, flow.left_use[i] + 1) + base
        if off <= 0:
            break
        if reroute(net, flow, at, i, up, off):
            flow.left_use[i] += 1
            loosen(net, flow, i)
    while flow.left_use[i] > 0:
        base = flow.left_price[i] - price_of_area(flow, area)
        off = -worth_of_left(net, i, flow.left_use[i]) - base
        if off <= 0:
            break
        if reroute(net, flow, at, up, i, off):
            flow.left_use[i] -= 1
            loosen(net, flow, i)


@part
def settle_right(net: Net, flow: Flow, at: Work, j: Whole) -> None:
    node = len(net.left_room) + j
    while flow.right_use[j] < net.right_room[j]:
        off = worth_of_right(net, j, flow.right_use[j] + 1) - flow.right_price[j]
        if off <= 0:
            break
        if reroute(net, flow, at, HUB, node, off):
            flow.right_use[j] += 1
    while flow.right_use[j] > 0:
        off = flow.right_price[j] - worth_of_right(net, j, flow.right_use[j])
        if off <= 0:
            break
        if reroute(net, flow, at, node, HUB, off):
            flow.right_use[j] -= 1


@part
def settle_area(net: Net, flow: Flow, at: Work, a: Whole) -> None:
    areas, parent = len(net.left_room) + len(net.right_room), net.area_parent[a]
    up = areas + parent if parent >= 0 else np.int64(HUB)
    while flow.area_use[a] < net.area_room[a]:
        off = flow.area_price[a] - price_of_area(flow, parent)
        if off <= 0:
            break
        if reroute(net, flow, at, areas + a, up, off):
            flow.area_use[a] += 1
    while flow.area_use[a] > 0:
        off = price_of_area(flow, parent) - flow.area_price[a]
        if off <= 0:
            break
        if reroute(net, flow, at, up, areas + a, off):
            flow.area_use[a] -= 1


@kernel
def settle(net: Net, flow: Flow, at: Work) -> None:
    """Make every arc comply: afterwards the flow is best and its prices prove it."""
    for a in range(len(net.area_room)):
        settle_area(net, flow, at, a)
    for i in range(len(net.left_room)):
        for k in range(net.left_start[i], net.left_start[i + 1]):
            settle_pair(net, flow, at, k)
        k = net.left_chain[i]
        while k >= 0:
            settle_pair(net, flow, at, k)
            k = net.next_of_left[k]
        settle_left(net, flow, at, i)
    for j in range(len(net.right_room)):
        settle_right(net, flow, at, j)


@kernel
def settle_pairs(net: Net, flow: Flow, at: Work, pairs: Int64) -> None:
    for k in pairs:
        settle_pair(net, flow, at, k)
