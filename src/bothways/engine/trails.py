"""Alternating trails that win back what odd circuits lost, guided by the prices of the double cover."""

from heapq import heappop, heappush
from typing import Final, NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Bool, Int64

NEVER: Final = -(1 << 62)
MOST_STATES: Final = 40_000  # how far one search goes before it gives up


class Graph(NamedTuple):
    """People and the pairs between them; `price` is twice the price of a place with each person."""

    u: Int64
    v: Int64
    score: Int64
    room: Int64
    bonus: Int64  # what it weighs that a person has a partner
    price: Int64
    start: Int64  # each person's pairs: near[start[i]:start[i + 1]]
    near: Int64


def incidence(u: Int64, v: Int64, people: int) -> tuple[Int64, Int64]:
    person, pair = np.concatenate([u, v]), np.tile(np.arange(len(u)), 2)
    order = np.argsort(person, kind="stable")
    return np.searchsorted(person[order], np.arange(people + 1)), pair[order]


@kernel
def marginal(graph: Graph, i: int, degree: int, step: int) -> int:
    """Twice what one partner more (or less) is worth to the dual bound at person `i`: 0 means no loss."""
    if degree + step < 0 or degree + step > graph.room[i]:
        return NEVER
    change = step * graph.price[i]
    if degree == 0 and step > 0:
        change += 2 * graph.bonus[i]
    if degree == 1 and step < 0:
        change -= 2 * graph.bonus[i]
    return int(change)


@kernel
def mend(graph: Graph, taken: Bool, degree: Int64, lossy: Int64) -> None:
    """From each lossy person look for an alternating trail that loses less than it wins, and apply it.

    A choice differs from the bound by exactly the sum of |reduced score| over pairs on their wrong side and
    of what each person's degree falls short of the best for their price. A trail of right-sided pairs
    costs their reduced scores, and wins the start's shortfall and perhaps another one's at its end.
    """
    n = len(graph.room)
    distance, came = np.full(2 * n, -1, np.int64), np.full(2 * n, -1, np.int64)
    for i in lossy:
        for step in (1, -1):
            gain = marginal(graph, i, degree[i], step)
            if gain > 0:
                trail = search(graph, taken, degree, i, step, gain, distance, came)
                if len(trail) > 0:
                    for k in trail:
                        change = -1 if taken[k] else 1
                        taken[k] = not taken[k]
                        degree[graph.u[k]] += change
                        degree[graph.v[k]] += change
                    break


@kernel
def search(
    graph: Graph, taken: Bool, degree: Int64, root: int, step: int, gain: int, distance: Int64, came: Int64
) -> Int64:
    """Dijkstra over states `2 * person + side`: side 0 still wants a pair more, side 1 a pair less."""
    first = 2 * root + (0 if step > 0 else 1)
    best, end = gain, -1
    heap = [(0, first)]
    distance[first] = 0
    touched = [first]
    settled = 0
    while len(heap) > 0 and settled < MOST_STATES:
        near, state = heappop(heap)
        if near > distance[state]:
            continue
        if near >= best + gain or (end >= 0 and best <= 0):
            break
        settled += 1
        at, side = state >> 1, state & 1
        if at != root:
            total = near - marginal(graph, at, degree[at], 1 if side == 1 else -1)
            if total < best:
                best, end = total, state
        for slot in range(graph.start[at], graph.start[at + 1]):
            k = graph.near[slot]
            if taken[k] != (side == 1):
                continue
            other = graph.u[k] + graph.v[k] - at
            then = near + abs(2 * graph.score[k] - graph.price[at] - graph.price[other])
            to = 2 * other + 1 - side
            if (distance[to] < 0 or then < distance[to]) and then < best + gain and to != first:
                if used_before(came, graph, state, first, k):
                    continue
                if distance[to] < 0:
                    touched.append(to)
                distance[to], came[to] = then, k
                heappush(heap, (then, to))
    trail = path(came, graph, end, first) if end >= 0 else np.empty(0, np.int64)
    for state in touched:
        distance[state], came[state] = -1, -1
    return trail


@kernel
def used_before(came: Int64, graph: Graph, state: int, first: int, pair: int) -> bool:
    while state != first:
        k = came[state]
        if k == pair:
            return True
        state = 2 * (graph.u[k] + graph.v[k] - (state >> 1)) + 1 - (state & 1)
    return False


@kernel
def path(came: Int64, graph: Graph, state: int, first: int) -> Int64:
    found = [came[state]]
    state = 2 * (graph.u[found[0]] + graph.v[found[0]] - (state >> 1)) + 1 - (state & 1)
    while state != first:
        k = came[state]
        found.append(k)
        state = 2 * (graph.u[k] + graph.v[k] - (state >> 1)) + 1 - (state & 1)
    return np.array(found)
