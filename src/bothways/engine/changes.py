"""Compiled changes to a standing flow: people give back what they hold, pairs come and go, all is made best.

Arrays are longer than what is in use. The last left and the last right person are nobody: a pair that is out
of the problem joins these two, at prices at which no search looks at it.
"""

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int64
from bothways.engine.benches import SEATS
from bothways.engine.paths import settle_area, settle_left, settle_pair, settle_right
from bothways.engine.reach import Work
from bothways.engine.residual import (
    Flow,
    Net,
    loosen,
    place_of,
    price_of_area,
    put_used,
    worth_of_left,
    worth_of_right,
)

OUT: int = 1 << 61  # the price of nobody: beyond what any search looks at


@kernel
def give_back(net: Net, flow: Flow, k: int) -> None:
    """Take the unit of pair k back all the way round."""
    put_used(net, flow, k, False)
    flow.left_use[net.left[k]] -= 1
    loosen(net, flow, net.left[k])
    flow.right_use[net.right[k]] -= 1
    area = net.area[net.left[k]]
    while area >= 0:
        flow.area_use[area] -= 1
        area = net.area_parent[area]


@kernel
def take_out(net: Net, flow: Flow, k: int) -> None:
    """Pair k is out of the problem from now on."""
    if flow.used[k]:
        give_back(net, flow, k)
    place = place_of(net, k)
    if place >= 0:
        net.turned.left[place] = len(net.left_room) - 1
    net.left[k], net.right[k] = len(net.left_room) - 1, len(net.right_room) - 1


@kernel
def after_of_left(net: Net, i: int, k: int) -> int:
    """The pair after k of a left person, -1 after the last; for k = -1 the first."""
    end = net.left_start[i + 1]
    if k < 0:
        k = int(net.left_start[i])
        return k if k < end else int(net.left_chain[i])
    if k < end:
        return k + 1 if k + 1 < end else int(net.left_chain[i])
    return int(net.next_of_left[k])


@kernel
def pairs_of_left(net: Net, i: int) -> Int64:
    size, k = 0, after_of_left(net, i, -1)
    while k >= 0:
        size, k = size + (net.left[k] == i), after_of_left(net, i, k)
    pairs = np.empty(size, np.int64)
    at, k = 0, after_of_left(net, i, -1)
    while k >= 0:
        if net.left[k] == i:
            pairs[at] = k
            at += 1
        k = after_of_left(net, i, k)
    return pairs


@kernel
def pairs_of_right(net: Net, j: int) -> Int64:
    first, end = net.right_start[j], net.right_start[j + 1]
    size, k = 0, int(net.right_chain[j])
    while k >= 0:
        size, k = size + 1, int(net.next_of_right[k])
    pairs = np.empty(end - first + size, np.int64)
    at = 0
    for place in range(first, end):
        if net.right[net.by_right[place]] == j:
            pairs[at] = net.by_right[place]
            at += 1
    k = int(net.right_chain[j])
    while k >= 0:
        if net.right[k] == j:
            pairs[at] = k
            at += 1
        k = int(net.next_of_right[k])
    return pairs[:at]


@kernel
def find(net: Net, i: int, j: int) -> int:
    """The pair of these two, -1 if it is not in the problem."""
    k = after_of_left(net, i, -1)
    while k >= 0:
        if net.left[k] == i and net.right[k] == j:
            return k
        k = after_of_left(net, i, k)
    return -1


@kernel
def empty_left(net: Net, flow: Flow, i: int, out: bool) -> tuple[Int64, int]:
    """Take a left person's units back (`out`: their pairs out too); their partners, how many pairs went."""
    pairs, partners, size = pairs_of_left(net, i), np.empty(flow.left_use[i], np.int64), 0
    for k in pairs:
        if flow.used[k]:
            partners[size] = net.right[k]
            size += 1
            give_back(net, flow, k)
        if out:
            take_out(net, flow, k)
    return partners, len(pairs) if out else 0


@kernel
def empty_right(net: Net, flow: Flow, j: int, out: bool) -> tuple[Int64, int]:
    pairs, partners, size = pairs_of_right(net, j), np.empty(flow.right_use[j], np.int64), 0
    for k in pairs:
        if flow.used[k]:
            partners[size] = net.left[k]
            size += 1
            give_back(net, flow, k)
        if out:
            take_out(net, flow, k)
    return partners, len(pairs) if out else 0


@kernel
def take_pairs_out(net: Net, flow: Flow, pairs: Int64) -> None:
    for k in pairs:
        take_out(net, flow, k)


@kernel
def lessen(net: Net, flow: Flow, pairs: Int64, by: int) -> Int64:
    """Take back `by` of the units that are in use among `pairs`, the least worth first; those pairs.

    What a pair in use is worth above its people's prices tells how gladly both would go without it.
    """
    out = np.empty(by, np.int64)
    for place in range(by):
        least, worst = np.int64(OUT), np.int64(-1)
        for k in pairs:
            above = net.score[k] - flow.left_price[net.left[k]] + flow.right_price[net.right[k]]
            if flow.used[k] and above < least:
                least, worst = above, k
        give_back(net, flow, int(worst))
        out[place] = worst
    return out


@kernel
def price_left(net: Net, flow: Flow, i: int) -> None:
    """The lowest price at which no pair of somebody without partners pays."""
    price = price_of_area(flow, net.area[i]) - worth_of_left(net, i, 1)
    k, pairs = after_of_left(net, i, -1), 0
    while k >= 0:
        if net.left[k] == i:
            worth = net.score[k] + flow.right_price[net.right[k]]
            price = worth if pairs == 0 else max(price, worth)
            pairs += 1
        k = after_of_left(net, i, k)
    flow.left_price[i] = price
    loosen(net, flow, i)


@kernel
def price_right(net: Net, flow: Flow, j: int) -> None:
    pairs = pairs_of_right(net, j)
    price = worth_of_right(net, j, 1)
    for at in range(len(pairs)):
        worth = flow.left_price[net.left[pairs[at]]] - net.score[pairs[at]]
        price = worth if at == 0 else min(price, worth)
    flow.right_price[j] = price


@kernel
def inside(net: Net, flow: Flow, area: int) -> int:
    """A left person with a partner in an area or below it."""
    while True:
        bench = net.benches.first[area]
        while bench >= 0:
            for seat in range(SEATS * bench, SEATS * bench + net.benches.size[bench]):
                if flow.left_use[net.benches.who[seat]] > 0:
                    return int(net.benches.who[seat])
            bench = net.benches.following[bench]
        area = net.child[area]
        while flow.area_use[area] == 0:
            area = net.next_child[area]


@kernel
def relieve(net: Net, flow: Flow, area: int) -> int:
    """Take one unit out of an area; which pair it was."""
    i = inside(net, flow, area)
    k = after_of_left(net, i, -1)
    while not flow.used[k]:
        k = after_of_left(net, i, k)
    give_back(net, flow, k)
    return k


@kernel
def relieve_above(net: Net, flow: Flow, area: int, out: Int64) -> Int64:
    """Make room where an area, or one above, holds more than it may; `out` and the pairs that gave way."""
    while area >= 0:
        while flow.area_use[area] > net.area_room[area]:
            out = np.append(out, relieve(net, flow, area))
        area = net.area_parent[area]
    return out


@kernel
def fit(
    net: Net,
    flow: Flow,
    at: Work,
    new_left: int,
    new_right: int,
    lefts: Int64,
    rights: Int64,
    area: int,
    pairs: Int64,
) -> None:
    """Make the flow best again after changes around a few people.

    `new_left` and `new_right` (-1: nobody) hold no unit and get a new price. `lefts` and `rights` have new
    room or worth; so have `area` and those above it. `pairs` are new, or gave a unit back.
    """
    if new_left >= 0:
        price_left(net, flow, new_left)
        lefts = np.append(np.array([new_left], np.int64), lefts)
    if new_right >= 0:
        price_right(net, flow, new_right)
        rights = np.append(np.array([new_right], np.int64), rights)
    out = relieve_above(net, flow, area, np.empty(0, np.int64))
    if new_left >= 0:
        out = relieve_above(net, flow, net.area[new_left], out)
    for k in out:
        settle_pair(net, flow, at, k)
    for k in pairs:
        settle_pair(net, flow, at, k)
    lefts, rights = np.append(lefts, net.left[out]), np.append(rights, net.right[out])
    for place in range(-1, len(lefts)):
        a = area if place < 0 else net.area[lefts[place]]
        while a >= 0:
            settle_area(net, flow, at, a)
            a = net.area_parent[a]
    for i in lefts:
        settle_left(net, flow, at, int(i))
    for j in rights:
        settle_right(net, flow, at, int(j))


@kernel
def loosen_one(net: Net, flow: Flow, i: int) -> None:
    loosen(net, flow, i)
