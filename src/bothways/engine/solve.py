"""The best set of pairs for everybody at once, by min-cost flow, with a certificate."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from bothways.engine.arrays import Bool, Int32, Int64, Integers
from bothways.engine.benches import loosen_all
from bothways.engine.desk import desk
from bothways.engine.nearby import move, neighbourhoods, places_back
from bothways.engine.ordering import ascending, by_left
from bothways.engine.paths import settle
from bothways.engine.problem import LARGEST, Count, Problem, problem
from bothways.engine.reach import work
from bothways.engine.residual import Flow, Net, closed_areas, network, no_flow, open_pairs, rewards, usable
from bothways.engine.scaling import refine
from bothways.engine.weights import Weights, lexicographic_weights, quick_weights, reweighed

# The scaling works in this fraction of a point and makes its slack so many times smaller each time.
FRACTION: Final = 16
STEP: Final = 8
# With more pairs than this, people of one area are put side by side first, for the sake of the caches.
SMALL: Final = 50_000


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
    reached: tuple[Bool, Bool] | None = None,
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
    reached : (bool (n,), bool (m,)), optional
        Who has a partner already, besides those chosen here: their next one is a further partner.

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

    Method: cost scaling (Goldberg and Tarjan) under small weights down to a fraction of a point, then a
    shortest augmenting path for every arc that is still out of line under the exact weights; see `scaling`
    and `paths`. Polynomial, and a little more than linear in the pairs in practice.
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
        reached,
    )
    return solve_problem(given)


class Solved(NamedTuple):
    """A best flow and its network, in which everybody has a place of their own.

    `left_place[i]` is where left person i stands in the network, `left_at` the way back; `order` holds the
    index of each of the network's pairs among the pairs given, None if they are the same.
    """

    net: Net
    flow: Flow
    left_place: Int64
    right_place: Int64
    left_at: Int64
    right_at: Int64
    order: Int32 | None

    def prices(self) -> tuple[Int64, Int64]:
        """Left and right prices in the order of the people as they were given."""
        return self.flow.left_price[self.left_place], self.flow.right_price[self.right_place]

    def potentials(self) -> Int64:
        return np.concatenate([np.zeros(1, np.int64), self.flow.area_price, *self.prices()])


def solve_problem(given: Problem) -> Solution:
    weights = lexicographic_weights(given)
    state = solved(given, weights)
    used = np.flatnonzero(state.flow.used)
    chosen = used if state.order is None else np.sort(state.order[used]).astype(np.int64)
    return of_choice(given, chosen, state.potentials(), weights)


def of_choice(given: Problem, chosen: Int64, potentials: Int64, weights: Weights) -> Solution:
    people, days = newly_reached(given, chosen)
    number = people if given.count == "people" else len(chosen)
    return Solution(chosen, number, days, int(given.score[chosen].sum(dtype=np.int64)), potentials, weights)


def solved(given: Problem, weights: Weights) -> Solved:
    moved, left_place, right_place = given, np.arange(given.left_people), np.arange(given.right_people)
    if len(given.left) > SMALL:
        left_place, right_place = neighbourhoods(given)
        moved = move(given, left_place, right_place)
    order = pair_order(moved)
    net, flow = optimum(moved, order, weights, quick_weights(given))
    return Solved(
        net, flow, left_place, right_place, places_back(left_place), places_back(right_place), order
    )


def optimum(given: Problem, order: Int32 | None, weights: Weights, quick: Weights) -> tuple[Net, Flow]:
    """The network under `weights` with its pairs in `order`, and a best flow in it with its prices; the
    scaling uses the `quick` weights."""
    net = network(given, order, quick)
    flow = no_flow(net)
    nearly_best(net, flow, max(quick.unit // 16, 1) * FRACTION)
    net = exactly_best(net, flow, quick, weights, rewards(given, weights))
    price_closed(given, flow, weights)
    refuse_wide(flow)
    return net, flow


def nearly_best(net: Net, flow: Flow, slack: int) -> None:
    """Scale, from `slack` (in fractions of a point) on: a flow whose arcs are off by a fraction of a point at
    most, and whole prices."""
    net = usable(net)
    at = desk(net, flow)
    for price in (flow.left_price, flow.right_price, flow.area_price):
        price *= FRACTION
    while True:
        refine(net, flow, at, slack, FRACTION)
        if slack == 1:
            break
        slack = max(slack // STEP, 1)
    for price in (flow.left_price, flow.right_price, flow.area_price):
        price //= FRACTION


def exactly_best(
    net: Net, flow: Flow, quick: Weights, weights: Weights, worth: tuple[Int64, Int64, int]
) -> Net:
    """Put right what is not best under `weights`, whose rewards are `worth`; the network with these."""
    net = net._replace(first_left=worth[0], first_right=worth[1], further=worth[2])
    for price in (flow.left_price, flow.right_price, flow.area_price):
        price[:] = reweighed(price, quick, weights)
    loosen_all(net.benches)
    settle(net, flow, work(len(flow.left_price) + len(flow.right_price) + len(flow.area_price)))
    return net


def pair_order(given: Problem) -> Int32 | None:
    """The pairs that could be chosen, by left, then right; None if that is all of them as they are."""
    possible = open_pairs(given)
    order = None if ascending(given.left, given.right) else by_left(given.left, given.right)
    if possible.all():
        return order
    return np.flatnonzero(possible).astype(np.int32) if order is None else order[possible[order]]


def price_closed(given: Problem, flow: Flow, weights: Weights) -> None:
    """Prices of people and areas without room, at which nobody would want the pairs that they stand in."""
    shut = np.flatnonzero(~open_pairs(given))
    left, right, score = given.left[shut], given.right[shut], given.score[shut]
    closed = given.right_capacity[right] == 0
    np.minimum.at(flow.right_price, right[closed], flow.left_price[left[closed]] - score[closed])
    np.maximum.at(flow.left_price, left, score + flow.right_price[right])
    if not given.areas:
        return
    first_left, _, _ = rewards(given, weights)
    people = np.unique(left[given.left_capacity[left] > 0])
    at, worth = given.left_area[people], first_left[people] + flow.left_price[people]
    shut_area = closed_areas(given)
    while len(at):
        inside = shut_area[at]
        at, worth = at[inside], worth[inside]
        np.maximum.at(flow.area_price, at, worth)
        higher = (given.area_capacity[at] > 0) & (given.area_parent[at] >= 0)
        at, worth = given.area_parent[at[higher]], worth[higher]


def refuse_wide(flow: Flow) -> None:
    if any((np.abs(price) >= LARGEST).any() for price in flow[-3:]):
        raise ValueError("score and waiting are too large for exact 64-bit arithmetic at this size")


def newly_reached(given: Problem, chosen: Int64) -> tuple[int, int]:
    """How many people have their first partner among the chosen pairs, and how many days they waited."""
    lefts = (np.bincount(given.left[chosen], minlength=given.left_people) > 0) & ~given.left_reached
    rights = (np.bincount(given.right[chosen], minlength=given.right_people) > 0) & ~given.right_reached
    days = given.left_days[lefts].sum() + given.right_days[rights].sum()
    return int(lefts.sum() + rights.sum()), int(days)
