"""Compiled shortest augmenting paths: how a flow is made best again after a change, one arc at a time.

An arc that does not comply (room left although it pays, or in use although it costs) gets one unit pushed
along it, or taken back; the unit then goes round by the shortest path from the arc's head to its tail,
lengths being reduced costs, unless every such path is longer than what the arc is off by. Either way prices
move so that the arc complies and no other arc ceases to (Edmonds and Karp; Ahuja, Magnanti and Orlin,
chapter 9). Arcs that do not comply yet count as absent, so they can be put right in any order.

The search grows from both ends (Dijkstra). It never grows through the hub, which is next to everybody: a path
through the hub is the sum of what both ends need to get there.
"""

from typing import NamedTuple

import numpy as np

from bothways.engine._jit import kernel, part
from bothways.engine.arrays import Int32, Int64
from bothways.engine.residual import HUB, Flow, Net, Whole

FAR: Whole = 1 << 60
NOWHERE: Whole = -1


class Search(NamedTuple):
    """One end's search: labels by node, a binary heap, and which nodes were touched."""

    distance: Int64
    seen: Int64  # the number of the search that last labelled the node
    via: Int64  # the node that it was labelled from
    pair: Int32  # the pair between the two, or NOWHERE
    place: Int64  # where the node stands in the heap
    heap: Int64  # nodes, by distance
    touched: Int64
    size: Int64  # (2,): of the heap, of `touched`
    hub: Int64  # (2,): distance of the hub, and the node next to it


class Work(NamedTuple):
    """Both ends' searches, and how many searches and settled nodes there were."""

    ahead: Search
    behind: Search
    counted: Int64  # (2,): searches, settled nodes


def work(nodes: int) -> Work:
    return Work(_search(nodes), _search(nodes), np.zeros(2, np.int64))


def _search(nodes: int) -> Search:
    distance, seen, via, place, heap, touched = (np.zeros(nodes, np.int64) for _ in range(6))
    pair, size, hub = np.zeros(nodes, np.int32), np.zeros(2, np.int64), np.zeros(2, np.int64)
    return Search(distance, seen, via, pair, place, heap, touched, size, hub)


@part
def rise(one: Search, node: Whole, place: Whole) -> None:
    """Put `node` into the heap at `place` or above."""
    far = one.distance[node]
    while place > 0:
        parent = (place - 1) >> 1
        other = one.heap[parent]
        if one.distance[other] <= far:
            break
        one.heap[place] = other
        one.place[other] = place
        place = parent
    one.heap[place] = node
    one.place[node] = place


@part
def pop(one: Search) -> Whole:
    """Take the nearest node out of the heap."""
    nearest = one.heap[0]
    one.size[0] -= 1
    size = one.size[0]
    if size > 0:
        node = one.heap[size]
        far = one.distance[node]
        place = 0
        while 2 * place + 1 < size:
            child = 2 * place + 1
            if child + 1 < size and one.distance[one.heap[child + 1]] < one.distance[one.heap[child]]:
                child += 1
            if one.distance[one.heap[child]] >= far:
                break
            one.heap[place] = one.heap[child]
            one.place[one.heap[place]] = place
            place = child
        one.heap[place] = node
        one.place[node] = place
    return nearest


@part
def label(one: Search, number: Whole, node: Whole, distance: Whole, via: Whole, pair: Whole) -> None:
    if one.seen[node] != number:
        one.seen[node] = number
        one.touched[one.size[1]] = node
        one.size[1] += 1
        place = one.size[0]
        one.size[0] += 1
    elif distance < one.distance[node]:
        place = one.place[node]
    else:
        return
    one.distance[node] = distance
    one.via[node] = via
    one.pair[node] = pair
    rise(one, node, place)


@part
def label_up(  # the area of a left person, the area above an area, or the hub
    net: Net, one: Search, number: Whole, area: Whole, distance: Whole, via: Whole, limit: Whole
) -> None:
    if area >= 0:
        if distance < limit:
            node = len(net.left_room) + len(net.right_room) + area
            label(one, number, node, distance, via, NOWHERE)
    elif distance < one.hub[0]:
        one.hub[0] = distance
        one.hub[1] = via


@part
def price_of_area(flow: Flow, area: Whole) -> Whole:
    return flow.area_price[area] if area >= 0 else np.int64(0)


@part
def worth_of_left(net: Net, i: Whole, use: Whole) -> Whole:
    """What the unit number `use` (from 1) of a left person carries."""
    return net.first_left[i] if use == 1 else np.int64(0)


@part
def worth_of_right(net: Net, j: Whole, use: Whole) -> Whole:
    return net.first_right[j] if use == 1 else net.further


@part
def ahead_of_left(
    net: Net, flow: Flow, one: Search, number: Whole, i: Whole, near: Whole, limit: Whole
) -> None:
    """Label what a unit can reach from a left person in one step."""
    base, n = near + flow.left_price[i], len(net.left_room)
    end = net.left_start[i + 1]
    k: Whole = net.left_start[i]
    if k >= end:
        k = np.int64(net.left_chain[i])
    while k >= 0:
        if not flow.used[k]:
            j = net.right[k]
            distance = base - net.score[k] - flow.right_price[j]
            if near <= distance < limit:
                label(one, number, n + j, distance, i, k)
        k = k + 1 if k + 1 < end else np.int64(net.left_chain[i] if k < end else net.next_of_left[k])
    if flow.left_use[i] > 0:
        distance = base + worth_of_left(net, i, flow.left_use[i]) - price_of_area(flow, net.area[i])
        if distance >= near:
            label_up(net, one, number, net.area[i], distance, i, limit)


@part
def ahead_of_right(
    net: Net, flow: Flow, one: Search, number: Whole, j: Whole, near: Whole, limit: Whole
) -> None:
    base, node = near + flow.right_price[j], len(net.left_room) + j
    use = flow.right_use[j]
    if use < net.right_room[j]:
        distance = base - worth_of_right(net, j, use + 1)
        if near <= distance < one.hub[0]:
            one.hub[0] = distance
            one.hub[1] = node
    place, end = net.right_start[j], net.right_start[j + 1]
    chained = np.int64(net.right_chain[j])
    while place < end or chained >= 0:
        k = np.int64(net.by_right[place]) if place < end else chained
        if flow.used[k]:
            distance = base + net.score[k] - flow.left_price[net.left[k]]
            if near <= distance < limit:
                label(one, number, net.left[k], distance, node, k)
        if place < end:
            place += 1
        else:
            chained = np.int64(net.next_of_right[k])


@part
def ahead_of_area(
    net: Net, flow: Flow, one: Search, number: Whole, a: Whole, near: Whole, limit: Whole
) -> None:
    areas = len(net.left_room) + len(net.right_room)
    base, parent = near + flow.area_price[a], net.area_parent[a]
    if flow.area_use[a] > 0 and base - price_of_area(flow, parent) >= near:
        label_up(net, one, number, parent, base - price_of_area(flow, parent), areas + a, limit)
    if one.hub[0] <= near:
        return  # nothing further away can matter
    i = net.member[a]
    while i >= 0:
        if flow.left_use[i] < net.left_room[i]:
            distance = base - worth_of_left(net, i, flow.left_use[i] + 1) - flow.left_price[i]
            if near <= distance < limit:
                label(one, number, i, distance, areas + a, NOWHERE)
        i = net.next_member[i]
    c = net.child[a]
    while c >= 0:
        if flow.area_use[c] < net.area_room[c]:
            distance = base - flow.area_price[c]
            if near <= distance < limit:
                label(one, number, areas + c, distance, areas + a, NOWHERE)
        c = net.next_child[c]


@part
def behind_left(
    net: Net, flow: Flow, one: Search, number: Whole, i: Whole, near: Whole, limit: Whole
) -> None:
    """Label from where a unit can reach a left person in one step."""
    base, n = near - flow.left_price[i], len(net.left_room)
    use = flow.left_use[i]
    if use < net.left_room[i]:
        distance = base - worth_of_left(net, i, use + 1) + price_of_area(flow, net.area[i])
        if distance >= near:
            label_up(net, one, number, net.area[i], distance, i, limit)
    end = net.left_start[i + 1]
    k: Whole = net.left_start[i]
    if k >= end:
        k = np.int64(net.left_chain[i])
    while k >= 0:
        if flow.used[k]:
            distance = base + net.score[k] + flow.right_price[net.right[k]]
            if near <= distance < limit:
                label(one, number, n + net.right[k], distance, i, k)
        k = k + 1 if k + 1 < end else np.int64(net.left_chain[i] if k < end else net.next_of_left[k])


@part
def behind_right(
    net: Net, flow: Flow, one: Search, number: Whole, j: Whole, near: Whole, limit: Whole
) -> None:
    base, node = near - flow.right_price[j], len(net.left_room) + j
    use = flow.right_use[j]
    if use > 0:
        distance = base + worth_of_right(net, j, use)
        if near <= distance < one.hub[0]:
            one.hub[0] = distance
            one.hub[1] = node
    place, end = net.right_start[j], net.right_start[j + 1]
    chained = np.int64(net.right_chain[j])
    while place < end or chained >= 0:
        k = np.int64(net.by_right[place]) if place < end else chained
        distance = base - net.score[k] + flow.left_price[net.left[k]]
        if near <= distance < limit and not flow.used[k]:
            label(one, number, net.left[k], distance, node, k)
        if place < end:
            place += 1
        else:
            chained = np.int64(net.next_of_right[k])


@part
def behind_area(
    net: Net, flow: Flow, one: Search, number: Whole, a: Whole, near: Whole, limit: Whole
) -> None:
    areas = len(net.left_room) + len(net.right_room)
    base, parent = near - flow.area_price[a], net.area_parent[a]
    if flow.area_use[a] < net.area_room[a] and base + price_of_area(flow, parent) >= near:
        label_up(net, one, number, parent, base + price_of_area(flow, parent), areas + a, limit)
    if one.hub[0] <= near:
        return
    i = net.member[a]
    while i >= 0:
        if flow.left_use[i] > 0:
            distance = base + worth_of_left(net, i, flow.left_use[i]) + flow.left_price[i]
            if near <= distance < limit:
                label(one, number, i, distance, areas + a, NOWHERE)
        i = net.next_member[i]
    c = net.child[a]
    while c >= 0:
        if flow.area_use[c] > 0:
            distance = base + flow.area_price[c]
            if near <= distance < limit:
                label(one, number, areas + c, distance, areas + a, NOWHERE)
        c = net.next_child[c]


@part
def grow_ahead(
    net: Net, flow: Flow, one: Search, number: Whole, node: Whole, near: Whole, limit: Whole
) -> None:
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    if node < n:
        ahead_of_left(net, flow, one, number, node, near, limit)
    elif node < areas:
        ahead_of_right(net, flow, one, number, node - n, near, limit)
    else:
        ahead_of_area(net, flow, one, number, node - areas, near, limit)


@part
def grow_behind(
    net: Net, flow: Flow, one: Search, number: Whole, node: Whole, near: Whole, limit: Whole
) -> None:
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    if node < n:
        behind_left(net, flow, one, number, node, near, limit)
    elif node < areas:
        behind_right(net, flow, one, number, node - n, near, limit)
    else:
        behind_area(net, flow, one, number, node - areas, near, limit)


@part
def carry(net: Net, flow: Flow, tail: Whole, head: Whole, pair: Whole) -> None:
    """Move one unit from `tail` to `head`: along an arc with room left, or back along one in use."""
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    if pair >= 0:
        flow.used[pair] = tail < n
    elif 0 <= tail < n:
        flow.left_use[tail] -= 1
    elif 0 <= head < n:
        flow.left_use[head] += 1
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
        carry(net, flow, one.via[node], node, one.pair[node])
        node = one.via[node]


@part
def carry_behind(net: Net, flow: Flow, one: Search, node: Whole, end: Whole) -> None:
    while node != end:
        carry(net, flow, node, one.via[node], one.pair[node])
        node = one.via[node]


@part
def begin(one: Search, number: Whole, node: Whole) -> None:
    one.size[:] = 0
    one.hub[0] = FAR
    if node == HUB:
        one.hub[0], one.hub[1] = 0, HUB
    else:
        label(one, number, node, np.int64(0), np.int64(NOWHERE), np.int64(NOWHERE))


@part
def move_prices(net: Net, flow: Flow, one: Search, radius: Whole, sign: Whole) -> None:
    """Prices within `radius` of a search's start move by what they are nearer than that."""
    n, areas = len(net.left_room), len(net.left_room) + len(net.right_room)
    for place in range(one.size[1]):
        node = one.touched[place]
        by = sign * max(radius - one.distance[node], 0)
        if node < n:
            flow.left_price[node] += by
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
    shortest, meeting = off, np.int64(NOWHERE)
    while True:
        near = ahead.distance[ahead.heap[0]] if ahead.size[0] > 0 else np.int64(FAR)
        far = behind.distance[behind.heap[0]] if behind.size[0] > 0 else np.int64(FAR)
        if ahead.hub[0] + behind.hub[0] < shortest:
            shortest, meeting = ahead.hub[0] + behind.hub[0], np.int64(HUB)
        if min(near, ahead.hub[0]) + min(far, behind.hub[0]) >= shortest:
            break
        at.counted[1] += 1
        if near < ahead.hub[0] and (near <= far or far >= behind.hub[0]):
            node = pop(ahead)
            if behind.seen[node] == number and near + behind.distance[node] < shortest:
                shortest, meeting = near + behind.distance[node], node
            grow_ahead(net, flow, ahead, number, node, near, shortest)
        else:
            node = pop(behind)
            if ahead.seen[node] == number and far + ahead.distance[node] < shortest:
                shortest, meeting = far + ahead.distance[node], node
            grow_behind(net, flow, behind, number, node, far, shortest)
    radius = min(near, ahead.hub[0], shortest)
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
            flow.used[k] = True
    elif reduced < 0 and flow.used[k] and reroute(net, flow, at, i, node, -reduced):
        flow.used[k] = False


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
    while flow.left_use[i] > 0:
        base = flow.left_price[i] - price_of_area(flow, area)
        off = -worth_of_left(net, i, flow.left_use[i]) - base
        if off <= 0:
            break
        if reroute(net, flow, at, up, i, off):
            flow.left_use[i] -= 1


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
