"""The flow network of a matching problem, its weights, and its prices (dual variables)."""

from typing import NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int64
from bothways.engine.problem import LARGEST, Problem


class Weights(NamedTuple):
    """What the three aims are worth in points of score: see `lexicographic_weights`."""

    unit: int  # a person with at least one partner (count="people"), a pair (count="pairs")
    day: int  # a day of waiting of a person with at least one partner


class Network(NamedTuple):
    """Arcs of a circulation to be maximised. Node 0 is the hub (source and sink in one), then the
    areas, then the left people, then the right people. `pair_arcs` is where the pairs' arcs start."""

    nodes: int
    tail: Int64
    head: Int64
    capacity: Int64
    reward: Int64
    pair_arcs: int
    to_hub: int


def lexicographic_weights(problem: Problem) -> Weights:
    """Weights under which the best weighted sum is the lexicographic optimum; ValueError on overflow.

    Any two feasible flows differ by cycles of the residual network, each of which can be applied by
    itself, and each of which passes every node at most once. On one such cycle

    - the score changes by at most D, the smaller of (sum over left people of their best score) and
      (sum over right people of theirs): at most one pair is added, and one removed, per person;
    - the waiting days served change by at most E, the largest waiting of each area's left people (or of
      all left people when there are no areas), summed, plus the largest of the right people: one person
      can be newly reached through each of those nodes.

    With ``day = D + 1`` and ``unit = day * E + D + 1`` a cycle gains in the weighted sum exactly when it
    gains lexicographically. A flow that is not lexicographically best has a cycle that gains (if none
    did, no sum of them could), so a flow with the best weighted sum is lexicographically best.
    """
    per_left, per_right = np.zeros(problem.left_people, np.int64), np.zeros(problem.right_people, np.int64)
    np.maximum.at(per_left, problem.left, problem.score)
    np.maximum.at(per_right, problem.right, problem.score)
    score_span = min(_sum(per_left), _sum(per_right))
    groups = np.zeros(max(problem.areas, 1), dtype=np.int64)
    np.maximum.at(groups, problem.left_area if problem.areas else 0 * problem.left_days, problem.left_days)
    day = score_span + 1
    unit = day * (_sum(groups) + int(problem.right_days.max(initial=0))) + score_span + 1
    longest = int(max(problem.left_days.max(initial=0), problem.right_days.max(initial=0)))
    # Prices run over paths that count at most a few units, and the solver multiplies by the node count.
    if (unit + day * longest) * (problem.left_people + problem.right_people + problem.areas + 3) >= LARGEST:
        raise ValueError("score and waiting are too large for exact 64-bit arithmetic at this size")
    return Weights(unit, day)


def _sum(array: Int64) -> int:
    """Exact even where int64 would wrap around."""
    return sum(array.tolist())


def network(problem: Problem, weights: Weights) -> Network:
    """Each person is joined to the hub side by two parallel arcs: the first partner's (one unit, with
    the person's reward) and that of all further partners. Rewards fall, so the first is used first."""
    n, m, areas = problem.left_people, problem.right_people, problem.areas
    area_nodes = 1 + np.arange(areas)
    left_nodes, right_nodes = 1 + areas + np.arange(n), 1 + areas + n + np.arange(m)
    above = 1 + problem.left_area if areas else np.zeros(n, dtype=np.int64)
    people, pairs = (weights.unit, 0) if problem.count == "people" else (0, weights.unit)
    hub = np.zeros(m, dtype=np.int64)
    blocks = [
        (1 + problem.area_parent, area_nodes, problem.area_capacity, 0 * area_nodes),
        (above, left_nodes, np.minimum(problem.left_capacity, 1), people + weights.day * problem.left_days),
        (above, left_nodes, np.maximum(problem.left_capacity - 1, 0), 0 * left_nodes),
        (left_nodes[problem.left], right_nodes[problem.right], np.ones_like(problem.left), problem.score),
        (
            right_nodes,
            hub,
            np.minimum(problem.right_capacity, 1),
            people + pairs + weights.day * problem.right_days,
        ),
        (right_nodes, hub, np.maximum(problem.right_capacity - 1, 0), 0 * right_nodes + pairs),
    ]
    tail, head, capacity, reward = (np.concatenate([block[k] for block in blocks]) for k in range(4))
    start = areas + 2 * n
    return Network(1 + areas + n + m, tail, head, capacity, reward, start, start + len(problem.left))


def quick_weights(problem: Problem, exact: Weights) -> Weights:
    """Smaller weights, with which the solver needs about half the time. Their optimum nearly always is the
    lexicographic one, but only prices under the exact weights prove it."""
    best, longest = int(problem.score.max(initial=0)), 0
    if problem.left_days.any() or problem.right_days.any():
        longest = int(max(problem.left_days.max(initial=0), problem.right_days.max(initial=0)))
    day = 4 * best + 1
    quick = Weights(day * (2 * longest + 1), day)
    return quick if 8 * quick.unit < exact.unit else exact


def prices(net: Network, flow: Int64, patience: int | None = None) -> Int64 | None:
    """Integer node prices that prove `flow` best, with the hub at 0; None if it is not best.

    With ``reduced = reward - price[tail] + price[head]`` an arc with room left has ``reduced <= 0`` and
    an arc in use ``reduced >= 0``. Prices are shortest distances in the residual network with every
    node as a start, found by a label-correcting queue. A flow that is not best has a cycle on which the
    queue never ends: it gives up at a node's visit number `patience` (None: where that is certain).
    """
    room, used = flow < net.capacity, flow > 0
    tail = np.concatenate([net.tail[room], net.head[used]])
    head = np.concatenate([net.head[room], net.tail[used]])
    length = np.concatenate([-net.reward[room], net.reward[used]])
    order = np.argsort(tail, kind="stable")
    start = np.searchsorted(tail[order], np.arange(net.nodes + 1))
    distance = np.zeros(net.nodes, dtype=np.int64)
    if not settle(start, head[order], length[order], distance, patience or net.nodes + 1):
        return None
    return np.asarray(distance - distance[0])


@kernel
def settle(start: Int64, head: Int64, length: Int64, distance: Int64, patience: int) -> bool:
    """Lower `distance` until no arc can lower it further; False when a node came up too often."""
    n = len(distance)
    queue, queued, visits = np.arange(n), np.ones(n, dtype=np.bool_), np.zeros(n, dtype=np.int64)
    first, waiting = 0, n
    while waiting > 0:
        node = queue[first]
        first = first + 1 if first + 1 < n else 0
        waiting -= 1
        queued[node] = False
        visits[node] += 1
        if visits[node] > patience:
            return False
        for k in range(start[node], start[node + 1]):
            near = distance[node] + length[k]
            if near < distance[head[k]]:
                distance[head[k]] = near
                if not queued[head[k]]:
                    queued[head[k]] = True
                    queue[(first + waiting) % n] = head[k]
                    waiting += 1
    return True
