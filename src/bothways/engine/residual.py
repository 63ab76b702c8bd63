"""The network of a matching problem as the solver's kernels see it: what is fixed, and the flow in it.

A unit of flow is one partner: hub -> root areas -> areas -> left people -> right people -> hub. With
``reduced = reward - price[tail] + price[head]`` a flow is best when every arc with room left has
``reduced <= 0`` and every arc in use ``reduced >= 0``. The hub's price is 0 and never changes.

Nodes are numbered: left people, right people, areas; the hub is `HUB`.
"""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from bothways.engine._jit import kernel, part
from bothways.engine.arrays import Bool, Int32, Int64
from bothways.engine.benches import NOBODY as NOBODY
from bothways.engine.benches import SEATS, Benches, benches
from bothways.engine.ordering import sort_by
from bothways.engine.problem import Problem
from bothways.engine.weights import Weights

# Inside kernels: a whole number of whatever width the compiler chose for it.
Whole: TypeAlias = Any

HUB: Final = -2


class Turned(NamedTuple):
    """What `by_right` leads to, copied into its order: a right person's pairs lie side by side.

    Only where many searches are made (`growing.lay_out`); elsewhere it is empty. A pair that is out has
    nobody as its left person here too.
    """

    left: Int32  # (p,), as by_right
    score: Int32
    used: Bool


def not_turned() -> Turned:
    """None of it."""
    return Turned(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.bool_))


class Net(NamedTuple):
    """What does not change while a flow is sought.

    A person's pairs are a stretch of the sorted pairs followed by a chain: `left_chain[i]` is the first
    pair of the chain, `next_of_left[k]` the one after pair k. Pairs that came later are in chains only.
    """

    left: Int32  # (p,)
    right: Int32  # (p,)
    score: Int32  # (p,)
    left_start: Int64  # (n + 1,): pairs left_start[i] .. left_start[i + 1] - 1
    right_start: Int64  # (m + 1,): places in by_right
    by_right: Int32
    turned: Turned
    left_chain: Int32  # (n,)
    right_chain: Int32  # (m,)
    next_of_left: Int32  # (p,)
    next_of_right: Int32  # (p,)
    left_room: Int64  # (n,)
    right_room: Int64  # (m,)
    first_left: Int64  # (n,): what a person's first partner is worth
    first_right: Int64  # (m,)
    further: int  # what a right person's further partner is worth
    area: Int64  # (n,): NOBODY where there are no areas
    area_parent: Int64  # (a,)
    area_room: Int64  # (a,)
    benches: Benches  # the left people of each area
    child: Int64  # (a,): chain of the areas right below
    next_child: Int64  # (a,)


class Flow(NamedTuple):
    """Which pairs are chosen, how much runs through each person and area, and all prices."""

    used: Bool  # (p,)
    left_use: Int64
    right_use: Int64
    area_use: Int64
    left_price: Int64
    right_price: Int64
    area_price: Int64


def open_pairs(given: Problem) -> Bool:
    """Which pairs could be chosen: both people have room, and so has every area above."""
    room = given.left_capacity > 0
    if given.areas:
        room &= ~closed_areas(given)[given.left_area]
    return np.asarray(room[given.left] & (given.right_capacity > 0)[given.right])


def closed_areas(given: Problem) -> Bool:
    """Areas that have no room, or lie in one that has none."""
    closed, at = given.area_capacity == 0, np.arange(given.areas)
    shut = closed.copy()
    while (at >= 0).any():
        shut |= (at >= 0) & closed[at]
        at = np.where(at >= 0, given.area_parent[at], -1)
    return np.asarray(shut)


def rewards(given: Problem, weights: Weights) -> tuple[Int64, Int64, int]:
    """What the first partner of each left and right person is worth, and a further one of a right person."""
    people, pairs = (weights.unit, 0) if given.count == "people" else (0, weights.unit)
    left = (people + weights.day * given.left_days) * ~given.left_reached
    right = (people + weights.day * given.right_days) * ~given.right_reached
    return left, pairs + right, pairs


def network(given: Problem, order: Int32 | None, weights: Weights) -> Net:
    """The network of `given` with its pairs in `order` (left, then right); None: as they are."""
    n, m = given.left_people, given.right_people
    columns = (given.left, given.right, given.score)
    left, right, score = (
        np.ascontiguousarray(column if order is None else column[order], dtype=np.int32) for column in columns
    )
    first_left, first_right, further = rewards(given, weights)
    area = given.left_area if given.areas else np.full(n, NOBODY, np.int64)
    return Net(
        left,
        right,
        score,
        *by_person(left, right, n, m),
        not_turned(),
        np.full(n, NOBODY, np.int32),
        np.full(m, NOBODY, np.int32),
        np.full(len(left), NOBODY, np.int32),
        np.full(len(left), NOBODY, np.int32),
        given.left_capacity,
        given.right_capacity,
        first_left,
        first_right,
        further,
        area,
        given.area_parent,
        given.area_capacity,
        benches(area, given.areas),
        *chains(given.area_parent, given.areas),
    )


def by_person(left: Int32, right: Int32, n: int, m: int) -> tuple[Int64, Int64, Int32]:
    """Where each person's pairs are: left_start and right_start, and the pairs ordered by right person."""
    left_start, right_start = np.zeros(n + 1, np.int64), np.zeros(m + 1, np.int64)
    left_start[1:] = np.cumsum(np.bincount(left, minlength=n))
    right_start[1:] = np.cumsum(np.bincount(right, minlength=m))
    by_right = np.empty(len(right), np.int32)
    sort_by(right, right_start, np.arange(len(right), dtype=np.int32), by_right)
    return left_start, right_start, by_right


def usable(net: Net) -> Net:
    """The network without room that nobody can use.

    One place more is left than can be taken, so that what is best in one is best in the other; but none where
    nobody can come or go at all: whoever raises or lowers a price there has nothing to go by.
    """
    left_room = _room(net.left_room, np.diff(net.left_start))
    right_room = _room(net.right_room, np.diff(net.right_start))
    area_room = _room(net.area_room, loads(left_room, net.area, net.area_parent))
    return net._replace(left_room=left_room, right_room=right_room, area_room=area_room)


def _room(room: Int64, most: Int64) -> Int64:
    return np.where(most > 0, np.minimum(room, most + 1), 0)


def loads(left_use: Int64, area: Int64, parent: Int64) -> Int64:
    """What runs through each area, and all below it, when so much runs through each left person."""
    load = np.zeros(len(parent), np.int64)
    own = np.bincount(area[area >= 0], weights=left_use[area >= 0], minlength=len(parent)).astype(np.int64)
    at = np.arange(len(parent))
    while (at >= 0).any():
        np.add.at(load, at[at >= 0], own[at >= 0])
        at = np.where(at >= 0, parent[at], NOBODY)
    return load


def chains(group: Int64, groups: int) -> tuple[Int64, Int64]:
    """For each group its first member and for each member the next one; NOBODY ends a chain."""
    first, following = np.full(groups, NOBODY, np.int64), np.full(len(group), NOBODY, np.int64)
    link(group, first, following)
    return first, following


@kernel
def link(group: Int64, first: Int64, following: Int64) -> None:
    for member in range(len(group) - 1, -1, -1):
        if group[member] >= 0:
            following[member] = first[group[member]]
            first[group[member]] = member


def no_flow(net: Net) -> Flow:
    """Nobody has a partner, and each right person is worth their first one to whoever comes."""
    n, m, areas = len(net.left_room), len(net.right_room), len(net.area_room)
    left_price = np.full(n, -np.max(net.first_left, initial=0), np.int64)
    flow = Flow(
        np.zeros(len(net.left), np.bool_),
        np.zeros(n, np.int64),
        np.zeros(m, np.int64),
        np.zeros(areas, np.int64),
        left_price,
        net.first_right.copy(),
        np.zeros(areas, np.int64),
    )
    offer_best(net, flow)
    return flow


@kernel
def offer_best(net: Net, flow: Flow) -> None:
    """Raise each left person's price to what the best of their pairs is worth."""
    for k in range(len(net.left)):
        worth = net.score[k] + flow.right_price[net.right[k]]
        if worth > flow.left_price[net.left[k]]:
            flow.left_price[net.left[k]] = worth


def extended(net: Net, flow: Flow, left: Int64, right: Int64, score: Int32) -> tuple[Net, Flow]:
    """The network with further pairs in chains, none of them in use."""
    first = len(net.left)
    nobody = np.full(len(left), NOBODY, np.int32)

    def longer(column: Int32, added: Int64 | Int32) -> Int32:
        return np.concatenate([column, added.astype(np.int32)])

    net = net._replace(
        left=longer(net.left, left),
        right=longer(net.right, right),
        score=longer(net.score, score),
        next_of_left=longer(net.next_of_left, nobody),
        next_of_right=longer(net.next_of_right, nobody),
    )
    join_chains(net, first, len(net.left))
    return net, flow._replace(used=np.concatenate([flow.used, np.zeros(len(left), np.bool_)]))


@kernel
def join_chains(net: Net, first: int, end: int) -> None:
    """Put pairs `first` to `end` (not included) at the front of both people's chains."""
    for k in range(first, end):
        i, j = net.left[k], net.right[k]
        net.next_of_left[k], net.left_chain[i] = net.left_chain[i], k
        net.next_of_right[k], net.right_chain[j] = net.right_chain[j], k


@part
def place_of(net: Net, k: Whole) -> Whole:
    """Where pair k stands in `turned`; NOBODY where it came later, or nothing is turned."""
    if len(net.turned.used) > 0:
        j = net.right[k]
        for place in range(net.right_start[j], net.right_start[j + 1]):
            if net.by_right[place] == k:
                return place
    return np.int64(NOBODY)


@part
def put_used(net: Net, flow: Flow, k: Whole, used: Whole) -> None:
    """Pair k is chosen, or is not any more."""
    flow.used[k] = used
    place = place_of(net, k)
    if place >= 0:
        net.turned.used[place] = used


@part
def price_of_area(flow: Flow, area: Whole) -> Whole:
    """The price of an area, or of the hub."""
    return flow.area_price[area] if area >= 0 else np.int64(0)


@part
def worth_of_left(net: Net, i: Whole, use: Whole) -> Whole:
    """What the unit number `use` (from 1) of a left person carries."""
    return net.first_left[i] if use == 1 else np.int64(0)


@part
def worth_of_right(net: Net, j: Whole, use: Whole) -> Whole:
    return net.first_right[j] if use == 1 else net.further


@part
def loosen(net: Net, flow: Flow, i: Whole) -> None:
    """The bounds of a left person's bench hold again after their price, use, room or worth changed."""
    if net.area[i] < 0:
        return
    bench, use, price = net.benches.seat[i] // SEATS, flow.left_use[i], flow.left_price[i]
    if use < net.left_room[i]:
        most_in = worth_of_left(net, i, use + 1) + price
        if most_in > net.benches.most_in[bench]:
            net.benches.most_in[bench] = most_in
    if use > 0:
        least_out = worth_of_left(net, i, use) + price
        if least_out < net.benches.least_out[bench]:
            net.benches.least_out[bench] = least_out
