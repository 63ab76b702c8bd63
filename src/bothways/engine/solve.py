"""The best set of pairs for everybody at once, by min-cost flow, with a certificate."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from ortools.graph.python import min_cost_flow

from bothways.engine.arrays import Int64, Integers
from bothways.engine.network import (
    Network,
    Weights,
    lexicographic_weights,
    network,
    prices,
    quick_weights,
)
from bothways.engine.problem import Count, Problem, problem

# How often the price of a node may be lowered before the quick weights' flow is given up.
PATIENCE: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """An optimal set of pairs and the proof that it is one.

    Attributes
    ----------
    chosen : int64 (k,)
        Indices into the pairs that were given, ascending.
    count : int
        People with at least one partner (``count="people"``) or pairs (``count="pairs"``).
    waiting : int
        Days waited, summed over the people with at least one partner.
    score : int
        Total score of the chosen pairs.
    potentials : int64 (1 + areas + left people + right people,)
        Price of each node in that order, the hub (node 0) at 0; `verify` says what they prove.
    weights : Weights
        ``unit`` and ``day``: what a counted person (or pair) and a day of waiting weigh in points of score.
    """

    chosen: Int64
    count: int
    waiting: int
    score: int
    potentials: Int64
    weights: Weights


def solve(
    left: Integers,
    right: Integers,
    score: Integers,
    left_capacity: Integers,
    right_capacity: Integers,
    left_area: Integers | None = None,
    area_parent: Integers | None = None,
    area_capacity: Integers | None = None,
    waiting: tuple[Integers, Integers] | None = None,
    count: Count = "people",
) -> Solution:
    """Choose the best set of pairs within everybody's capacity and the areas' capacities.

    Maximises, in this order: the number of people with at least one partner (``count="pairs"``: the
    number of pairs); the days waited of the people with at least one partner; the total score. A first
    partner for somebody is therefore always worth more than anybody's second.

    Parameters
    ----------
    left, right, score : integers (p,)
        Pair k joins left person ``left[k]`` and right person ``right[k]`` and is worth ``score[k] >= 0``.
        No pair is listed twice; any order.
    left_capacity, right_capacity : integers (n,), (m,)
        How many partners each person may have, >= 0.
    left_area : integers (n,), optional
        The area of each left person. The three area arguments are given together or not at all.
    area_parent : integers (a,), optional
        The area above each area, -1 at a root. Areas form a forest.
    area_capacity : integers (a,), optional
        How many pairs the left people of an area and of all areas below it may have together, >= 0.
    waiting : (integers (n,), integers (m,)), optional
        Days waited of the left and of the right people, >= 0. None is all zero.
    count : "people" or "pairs"
        The first aim.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        For wrong dimensions, lengths, dtypes, ranges, repeated pairs, unknown areas, a cycle of areas, and
        numbers too large for 64 bits; the message names the argument and the index.

    Notes
    -----
    Model: hub -> root areas -> ... -> areas -> left people -> right people -> hub, every pair one arc of
    capacity 1. A person's arc is split into the first unit, which carries the weight of "has a partner"
    and of the days waited, and the further units, which carry nothing: the rewards of the two parallel
    arcs fall, so an optimal flow fills the first before the second, and a sum of such rewards counts
    people rather than pairs.

    Integral: the constraints are those of a circulation, whose node-arc incidence matrix is totally
    unimodular; with integer capacities every vertex of the polytope is an integer flow. The areas keep
    this because they form a tree: each is a node that all pairs of its left people pass through.

    Lexicographic: `lexicographic_weights` proves that the three aims may be added up with its weights.

    Ties: pairs are sorted by left and right first, and the solver is deterministic, so the same set of
    pairs always gives the same choice, in whatever order the pairs were listed.

    Method: the flow is first found with small weights, then proved under the exact ones; if that fails it
    is found anew under the exact ones. Cost-scaling push-relabel
    (Goldberg and Tarjan), OR-Tools' `SimpleMinCostFlow`; prices by label correction in the residual
    network, O(nodes * arcs) at worst and near linear in practice.
    Empty input gives an empty choice.
    """
    given = problem(
        left,
        right,
        score,
        left_capacity,
        right_capacity,
        left_area,
        area_parent,
        area_capacity,
        waiting,
        count,
    )
    return solve_problem(given)


def solve_problem(given: Problem) -> Solution:
    weights = lexicographic_weights(given)
    order, net, flow, potentials = optimum(given, weights)
    used = flow[net.pair_arcs : net.to_hub] > 0
    chosen = np.sort(order[used])
    people, days = reached(given, chosen)
    number = people if given.count == "people" else len(chosen)
    return Solution(chosen, number, days, int(given.score[chosen].sum()), potentials, weights)


def optimum(given: Problem, weights: Weights) -> tuple[Int64, Network, Int64, Int64]:
    """The order of the pairs, the network under `weights`, a flow that is best there, and its prices."""
    order, net = sorted_network(given, weights)
    quick = quick_weights(given, weights)
    if quick != weights:
        _, lighter = sorted_network(given, quick)
        flow = best_flow(lighter)
        potentials = prices(net, flow, PATIENCE)
        if potentials is not None:
            return order, net, flow, potentials
    flow = best_flow(net)
    potentials = prices(net, flow)
    if potentials is None:
        raise RuntimeError("the flow solver's answer is not optimal: a cycle of the residual network gains")
    return order, net, flow, potentials


def sorted_network(given: Problem, weights: Weights) -> tuple[Int64, Network]:
    """The network with its pairs in the order of left, then right, and that order."""
    order = np.lexsort((given.right, given.left))
    net = network(given, weights)
    pairs = slice(net.pair_arcs, net.to_hub)
    for column in (net.tail, net.head, net.reward):
        column[pairs] = column[pairs][order]
    return order, net


def reached(given: Problem, chosen: Int64) -> tuple[int, int]:
    """How many people have a partner among the chosen pairs, and how many days they waited."""
    lefts, rights = np.unique(given.left[chosen]), np.unique(given.right[chosen])
    days = given.left_days[lefts].sum() + given.right_days[rights].sum()
    return len(lefts) + len(rights), int(days)


def best_flow(net: Network) -> Int64:
    """An optimal circulation. The hub is split into source and sink, and an arc straight from one to
    the other takes what is better left unused: the solver needs supplies that can always be met."""
    flow = np.zeros(len(net.tail), dtype=np.int64)
    if net.pair_arcs == net.to_hub:
        return flow
    sink = net.nodes
    head = np.where(np.arange(len(net.head)) >= net.to_hub, sink, net.head)
    supply = int(min(net.capacity[net.to_hub :].sum(), net.to_hub - net.pair_arcs))
    solver = min_cost_flow.SimpleMinCostFlow()
    open_arcs = np.flatnonzero(net.capacity > 0)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        net.tail[open_arcs].astype(np.int32),
        head[open_arcs].astype(np.int32),
        np.minimum(net.capacity[open_arcs], supply),
        -net.reward[open_arcs],
    )
    solver.add_arc_with_capacity_and_unit_cost(0, sink, supply, 0)
    solver.set_nodes_supplies(np.array([0, sink]), np.array([supply, -supply]))
    status = solver.solve()
    if status == solver.BAD_COST_RANGE:
        raise ValueError("score and waiting are too large for exact 64-bit arithmetic at this size")
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver stopped with status {status}")
    flow[open_arcs] = solver.flows(arcs)
    return flow
