"""Compiled search from a node of the network, forwards or backwards, nearest first (Dijkstra).

Lengths are what a step costs at the present prices; a step that would gain counts as absent. The hub is never
grown through: how near it is, and by whom it is reached, is noted apart.
"""

from typing import NamedTuple

import numpy as np

from bothways.engine._jit import part
from bothways.engine.arrays import Int32, Int64
from bothways.engine.benches import ANY, SEATS
from bothways.engine.residual import (
    HUB,
    Flow,
    Net,
    Whole,
    price_of_area,
    worth_of_left,
    worth_of_right,
)

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
def ahead_of_bench(
    net: Net, flow: Flow, one: Search, number: Whole, bench: Whole, base: Whole, near: Whole, limit: Whole,
    via: Whole,
) -> None:  # fmt: skip
    """Label whoever of a bench has room left; the bench's bound is tight afterwards."""
    most: Whole = -ANY
    for seat in range(SEATS * bench, SEATS * bench + net.benches.size[bench]):
        i = net.benches.who[seat]
        if flow.left_use[i] < net.left_room[i]:
            worth = worth_of_left(net, i, flow.left_use[i] + 1) + flow.left_price[i]
            most = max(most, worth)
            if near <= base - worth < limit:
                label(one, number, i, base - worth, via, NOWHERE)
    net.benches.most_in[bench] = most


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
    bench = net.benches.first[a]
    while bench >= 0:
        if base - net.benches.most_in[bench] < limit:
            ahead_of_bench(net, flow, one, number, bench, base, near, limit, areas + a)
        bench = net.benches.following[bench]
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
def behind_bench(
    net: Net, flow: Flow, one: Search, number: Whole, bench: Whole, base: Whole, near: Whole, limit: Whole,
    via: Whole,
) -> None:  # fmt: skip
    least: Whole = ANY
    for seat in range(SEATS * bench, SEATS * bench + net.benches.size[bench]):
        i = net.benches.who[seat]
        if flow.left_use[i] > 0:
            worth = worth_of_left(net, i, flow.left_use[i]) + flow.left_price[i]
            least = min(least, worth)
            if near <= base + worth < limit:
                label(one, number, i, base + worth, via, NOWHERE)
    net.benches.least_out[bench] = least


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
    bench = net.benches.first[a]
    while bench >= 0:
        if base + net.benches.least_out[bench] < limit:
            behind_bench(net, flow, one, number, bench, base, near, limit, areas + a)
        bench = net.benches.following[bench]
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
def begin(one: Search, number: Whole, node: Whole) -> None:
    one.size[:] = 0
    one.hub[0] = FAR
    if node == HUB:
        one.hub[0], one.hub[1] = 0, HUB
    else:
        label(one, number, node, np.int64(0), np.int64(NOWHERE), np.int64(NOWHERE))
