"""Compiled search from a node of the network, forwards or backwards, nearest first (Dijkstra).

Lengths are what a step costs at the present prices; a step that would gain counts as absent. The hub is never
grown through: how near it is, and by whom it is reached, is noted apart.
"""

from typing import Any, Final, NamedTuple, TypeAlias

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


# What a search knows of a node, side by side in memory: most of the time goes into fetching it. `seen` is the
# number of the search that last labelled the node, `via` the node that it was labelled from, `pair` the pair
# between the two (or NOWHERE), `place` where the node stands in the heap.
LABEL: Final = np.dtype(
    [
        ("distance", np.int64),
        ("seen", np.int64),
        ("via", np.int32),
        ("pair", np.int32),
        ("place", np.int32),
    ],
    align=True,
)
Labels: TypeAlias = Any  # (nodes,) of `LABEL`; the checker knows no fields of records


class Search(NamedTuple):
    """One end's search: labels by node, a binary heap, and which nodes were settled."""

    labels: Labels
    heap: Int32  # nodes, by distance
    far: Int64  # their distances
    settled: Int32
    size: Int64  # (2,): of the heap, of `settled`
    hub: Int64  # (2,): distance of the hub, and the node next to it


class Work(NamedTuple):
    """Both ends' searches, and how many searches and settled nodes there were."""

    ahead: Search
    behind: Search
    counted: Int64  # (2,): searches, settled nodes


def work(nodes: int) -> Work:
    return Work(_search(nodes), _search(nodes), np.zeros(2, np.int64))


def _search(nodes: int) -> Search:
    heap, settled = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    size, hub = np.zeros(2, np.int64), np.zeros(2, np.int64)
    return Search(np.zeros(nodes, LABEL), heap, np.zeros(nodes, np.int64), settled, size, hub)


@part
def rise(one: Search, node: Whole, far: Whole, place: Whole) -> None:
    """Put `node`, this far away, into the heap at `place` or above."""
    while place > 0:
        parent = (place - 1) >> 1
        if one.far[parent] <= far:
            break
        move_to(one, one.heap[parent], one.far[parent], place)
        place = parent
    move_to(one, node, far, place)


@part
def move_to(one: Search, node: Whole, far: Whole, place: Whole) -> None:
    one.heap[place], one.far[place] = node, far
    one.labels[node].place = place


@part
def pop(one: Search) -> Whole:
    """Take the nearest node out of the heap."""
    nearest = one.heap[0]
    one.settled[one.size[1]] = nearest
    one.size[1] += 1
    one.size[0] -= 1
    size = one.size[0]
    if size > 0:
        node, far, place = one.heap[size], one.far[size], 0
        while 2 * place + 1 < size:
            child = 2 * place + 1
            if child + 1 < size and one.far[child + 1] < one.far[child]:
                child += 1
            if one.far[child] >= far:
                break
            move_to(one, one.heap[child], one.far[child], place)
            place = child
        move_to(one, node, far, place)
    return nearest


@part
def label(one: Search, number: Whole, node: Whole, distance: Whole, via: Whole, pair: Whole) -> None:
    it = one.labels[node]
    if it.seen != number:
        it.seen = number
        place = one.size[0]
        one.size[0] += 1
    elif distance < it.distance:
        place = np.int64(it.place)
    else:
        return
    it.distance = distance
    it.via = via
    it.pair = pair
    rise(one, node, distance, place)


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
    if use == 0:
        return
    turned, left = len(net.turned.used) > 0, use
    for place in range(net.right_start[j], net.right_start[j + 1]):
        if net.turned.used[place] if turned else flow.used[net.by_right[place]]:
            k = np.int64(net.by_right[place])
            distance = base + net.score[k] - flow.left_price[net.left[k]]
            if near <= distance < limit:
                label(one, number, net.left[k], distance, node, k)
            left -= 1
            if left == 0:
                return
    chained = np.int64(net.right_chain[j])
    while chained >= 0:
        if flow.used[chained]:
            distance = base + net.score[chained] - flow.left_price[net.left[chained]]
            if near <= distance < limit:
                label(one, number, net.left[chained], distance, node, chained)
        chained = np.int64(net.next_of_right[chained])


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
    turned = len(net.turned.used) > 0
    for place in range(net.right_start[j], net.right_start[j + 1]):
        if turned:
            i, score, used = np.int64(net.turned.left[place]), net.turned.score[place], net.turned.used[place]
        else:
            k = net.by_right[place]
            i, score, used = np.int64(net.left[k]), net.score[k], flow.used[k]
        distance = base - score + flow.left_price[i]
        if near <= distance < limit and not used:
            label(one, number, i, distance, node, np.int64(net.by_right[place]))
    chained = np.int64(net.right_chain[j])
    while chained >= 0:
        i = np.int64(net.left[chained])
        distance = base - net.score[chained] + flow.left_price[i]
        if near <= distance < limit and not flow.used[chained]:
            label(one, number, i, distance, node, chained)
        chained = np.int64(net.next_of_right[chained])


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
