"""One-sided programmes: anyone with anyone, in a general graph, with a proven gap."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Bool, Int64, Integers, integers, refuse, within
from bothways.engine.exact import settle_exactly
from bothways.engine.halves import round_halves
from bothways.engine.ordering import by_left
from bothways.engine.problem import LARGEST, Problem, problem, refuse_repeats
from bothways.engine.residual import Flow, Net
from bothways.engine.solve import optimum, pair_order
from bothways.engine.trails import Graph, incidence, mend
from bothways.engine.weights import Weights, quick_weights

# A part of the graph with so many pairs or fewer is settled exactly as a whole.
WHOLE_PARTS: Final = 400


@dataclass(frozen=True, slots=True, eq=False)
class TandemSolution:
    """A choice of pairs and how far from the best it can be at most.

    `chosen` (int64, ascending), `count` (people with at least one partner), `waiting` and `score` as in
    `Solution`. With `weights` (unit, day) the three aims add up to `value`; no feasible choice has more
    than `bound`. `gap` is ``(bound - value) / bound``, 0.0 when the choice is proved to be best.
    """

    chosen: Int64
    count: int
    waiting: int
    score: int
    weights: Weights
    value: int
    bound: int

    @property
    def gap(self) -> float:
        return (self.bound - self.value) / self.bound if self.bound else 0.0


def tandem(
    left: Integers,
    right: Integers,
    score: Integers,
    capacity: Integers,
    waiting: Integers | None = None,
    *,
    effort: float = 20.0,
) -> TandemSolution:
    """Choose the best set of pairs among the people of one side, anyone with anyone.

    Maximises, as `solve` does: people with at least one partner, then the days they waited, then the
    total score, within everybody's capacity, each pair at most once.

    Parameters
    ----------
    left, right, score : integers (p,)
        Pair k joins the different people ``left[k]`` and ``right[k]`` and is worth ``score[k] >= 0``. No two
        people are listed twice, in either direction; any order.
    capacity : integers (n,)
        How many partners each person may have, >= 0.
    waiting : integers (n,), optional
        Days waited, >= 0. None is all zero.
    effort : float
        Upper limit of the work spent on odd circuits, in CP-SAT's deterministic unit (about a second).

    Returns
    -------
    TandemSolution

    Raises
    ------
    ValueError
        For wrong dimensions, lengths, dtypes, ranges, a person paired with themselves, repeated pairs, and
        numbers too large for 64 bits; the message names the argument and the index.

    Notes
    -----
    Every person is doubled into a left and a right copy, every pair into two arcs. The best flow of this
    double cover is twice the best fractional choice, in which every pair counts 0, 1/2 or 1 (Balinski):
    an upper bound, taken by connected part of the graph and rounded down. The half pairs form trails; all
    are rounded without loss except closed trails of odd length, which lose a little each.

    Each loss is then followed along alternating trails (pairs dropped and added in turn) of the smallest
    reduced score to somebody with whom it costs nothing, or less, or where two losses cancel out. A part
    that still loses and has at most 400 pairs is settled exactly by CP-SAT, whose proved optimum then is
    that part's bound. What remains in larger parts is the gap: always proved, 0.0 on bipartite graphs.

    Weights: two choices differ by trails in which pairs are added and dropped in turn; each can be applied
    by itself, changes the score by at most D (half the sum over people of capacity times best score) and
    reaches or leaves at most two people. Hence ``day = D + 1``, ``unit = day * 2 * longest waiting + D + 1``.

    The same input gives the same answer; the order in which pairs are listed, and which of the two people
    comes first, do not matter. Empty input gives an empty choice. Cost: one flow on 2 n nodes and 2 p arcs
    plus at most `effort`.
    """
    given = _checked(left, right, score, capacity, waiting)
    low, high = np.minimum(given.left, given.right), np.maximum(given.left, given.right)
    order = by_left(low, high)
    u, v, worth = (column[order].astype(np.int64) for column in (low, high, given.score))
    weights = _weights(u, v, worth, given.left_capacity, given.left_days)
    part = np.arange(len(given.left_capacity))
    label_parts(u, v, part)
    taken, bound, graph = _choose(u, v, worth, given, part, weights, effort)
    return _solution(graph, given.left_days, weights, order.astype(np.int64), taken, bound)


def _checked(
    left: Integers, right: Integers, score: Integers, capacity: Integers, waiting: Integers | None
) -> Problem:
    room = integers(capacity, "capacity")
    refuse(room < 0, "capacity", "is negative")
    refuse(room > np.iinfo(np.int32).max, "capacity", "is above 2147483647")
    lefts = integers(left, "left")
    rights = integers(right, "right", len(lefts))
    within(lefts, "left", len(room), "the length of capacity")
    within(rights, "right", len(room), "the length of capacity")
    refuse(lefts == rights, "left", "is paired with themselves")
    refuse_repeats(np.minimum(lefts, rights), np.maximum(lefts, rights))
    days = np.zeros(len(room), np.int64) if waiting is None else integers(waiting, "waiting", len(room))
    refuse(days < 0, "waiting", "is negative")
    return problem(lefts, rights, score, room, room, None, None, None, (days, days), "people")


def _weights(u: Int64, v: Int64, score: Int64, room: Int64, days: Int64) -> Weights:
    best, degree = np.zeros(len(room), np.int64), np.bincount(np.concatenate([u, v]), minlength=len(room))
    np.maximum.at(best, u, score)
    np.maximum.at(best, v, score)
    most = np.minimum(room, degree)
    span = sum(a * b for a, b in zip(best.tolist(), most.tolist(), strict=True)) // 2
    longest = int(days.max(initial=0))
    day = span + 1
    unit = day * 2 * longest + span + 1
    if (unit + day * longest) * (2 * len(room) + 3) >= LARGEST:
        raise ValueError("score and waiting are too large for exact 64-bit arithmetic at this size")
    return Weights(unit, day)


@kernel
def label_parts(u: Int64, v: Int64, part: Int64) -> None:
    """Give all people of a connected part the smallest index among them; `part` starts as its own index."""
    for k in range(len(u)):
        a, b = u[k], v[k]
        while part[a] != a:
            part[a] = part[part[a]]
            a = part[a]
        while part[b] != b:
            part[b] = part[part[b]]
            b = part[b]
        part[max(a, b)] = min(a, b)
    for i in range(len(part)):
        part[i] = part[part[i]]


def _choose(
    u: Int64, v: Int64, score: Int64, given: Problem, part: Int64, weights: Weights, effort: float
) -> tuple[Bool, int, Graph]:
    n, p = len(part), len(u)
    columns = (u, v), (v, u), (score, score)
    both = [np.concatenate(halves).astype(np.int32) for halves in columns]
    cover = replace(given, left=both[0], right=both[1], score=both[2])
    order = pair_order(cover)
    net, flow = optimum(cover, order, weights, quick_weights(cover))
    bonus = weights.unit + weights.day * given.left_days
    of_place = flow.left_price - flow.right_price
    graph = Graph(u, v, score, given.left_capacity, bonus, of_place, *incidence(u, v, n))
    arcs = np.zeros(2 * p, np.int64)
    arcs[slice(None) if order is None else order] = flow.used
    taken, lossy = _rounded(graph, arcs[:p] + arcs[p:])
    bounds = _part_bounds(part, net, flow)
    if len(lossy):
        degree = np.bincount(np.concatenate([u[taken], v[taken]]), minlength=n)
        mend(graph, taken, degree, np.array(lossy))
        _settle_parts(graph, part, taken, lossy, bounds, effort)
    return taken, sum(bounds[np.unique(part)].tolist()), graph


def _rounded(graph: Graph, twice: Int64) -> tuple[Bool, list[int]]:
    taken, half = twice == 2, np.flatnonzero(twice == 1)
    degree2 = np.zeros(len(graph.room), np.int64)
    np.add.at(degree2, graph.u, twice)
    np.add.at(degree2, graph.v, twice)

    def worth(vertex: int, degree: int) -> int:
        return int(graph.bonus[vertex]) if degree > 0 else 0

    picked, lossy = round_halves(graph.u[half], graph.v[half], graph.score[half], degree2, graph.room, worth)
    taken[half[picked]] = True
    return taken, lossy


def _part_bounds(part: Int64, net: Net, flow: Flow) -> Int64:
    """For each connected part, at its smallest person: half of its double cover's value, rounded down."""
    value = np.zeros(len(part), np.int64)
    np.add.at(value, part, np.where(flow.left_use > 0, net.first_left, 0))
    np.add.at(value, part, np.where(flow.right_use > 0, net.first_right, 0))
    np.add.at(value, part[net.left[flow.used]], net.score[flow.used].astype(np.int64))
    return value // 2


def _values(graph: Graph, part: Int64, taken: Bool) -> Int64:
    """What is reached so far in each part, at its smallest person."""
    value = np.zeros(len(graph.room), np.int64)
    np.add.at(value, part[graph.u[taken]], graph.score[taken])
    reached = np.unique(np.concatenate([graph.u[taken], graph.v[taken]]))
    np.add.at(value, part[reached], graph.bonus[reached])
    return value


def _settle_parts(
    graph: Graph, part: Int64, taken: Bool, lossy: list[int], bounds: Int64, effort: float
) -> None:
    """Settle small parts that still lose something exactly, and lower their bounds."""
    size = np.bincount(part[graph.u], minlength=len(part))
    short = _values(graph, part, taken) < bounds
    for one in sorted({int(part[vertex]) for vertex in lossy}, key=lambda k: (size[k], k)):
        if effort > 0 and short[one] and size[one] <= WHOLE_PARTS:
            region = np.flatnonzero(part[graph.u] == one)
            proved, spent = _settle_region(graph, taken, region, effort)
            effort -= spent
            if proved:
                bounds[one] = _values(graph, part, taken)[one]


def _settle_region(graph: Graph, taken: Bool, region: Int64, effort: float) -> tuple[bool, float]:
    """The best choice of the region's pairs with all others as they are."""
    people, local = np.unique(np.concatenate([graph.u[region], graph.v[region]]), return_inverse=True)
    outside = taken.copy()
    outside[region] = False
    kept = np.concatenate([graph.u[outside], graph.v[outside]])
    degree = np.bincount(kept, minlength=len(graph.room))[people]
    bonus = np.where(degree > 0, 0, graph.bonus[people])
    u, v = local[: len(region)], local[len(region) :]
    answer = settle_exactly(
        u, v, graph.score[region], graph.room[people] - degree, bonus, taken[region], effort
    )
    taken[region] = answer.taken
    return answer.proved, answer.effort


def _solution(
    graph: Graph, days: Int64, weights: Weights, order: Int64, taken: Bool, bound: int
) -> TandemSolution:
    reached = np.unique(np.concatenate([graph.u[taken], graph.v[taken]]))
    count, waited, score = len(reached), int(days[reached].sum()), int(graph.score[taken].sum())
    value = weights.unit * count + weights.day * waited + score
    return TandemSolution(np.sort(order[taken]), count, waited, score, weights, value, bound)
