"""Other ways to choose pairs, each as well as its library allows: a problem in, chosen pairs out.

Methods that know no area quotas are given none, and `within_quotas` takes out what is too much afterwards.
"""

import sys
from collections.abc import Callable
from typing import Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from towns import Rules

from bothways.engine.api import solve

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


class Instance(NamedTuple):
    """Pairs by left, then right, and the rules; all int64."""

    left: Int64
    right: Int64
    score: Int64
    rules: Rules


class Method(NamedTuple):
    """`aim` says in words what the method makes as good as possible."""

    choose: Callable[[Instance], Int64]
    aim: str
    quotas: bool


# --- ours --------------------------------------------------------------------


def ours(given: Instance) -> Int64:
    rules = {name: value for name, value in given.rules.items() if name != "waiting"}
    return solve(given.left, given.right, given.score, **rules).chosen


def ours_with_waiting(given: Instance) -> Int64:
    return solve(given.left, given.right, given.score, **given.rules).chosen


# --- one pair after the other ------------------------------------------------


def best_first(given: Instance) -> Int64:
    """The order of a person with a list: best score first, ties mixed."""
    tie = np.random.default_rng(1).permutation(len(given.score))
    return np.lexsort((tie, -given.score))


@numba.njit(cache=True)
def take(order, left, right, left_room, right_room, area, parent, room):
    taken = np.zeros(len(left), np.bool_)
    for k in order:
        i, j = left[k], right[k]
        if left_room[i] == 0 or right_room[j] == 0:
            continue
        at = area[i]
        while at >= 0 and room[at] > 0:
            at = parent[at]
        if at >= 0:
            continue
        taken[k] = True
        left_room[i] -= 1
        right_room[j] -= 1
        at = area[i]
        while at >= 0:
            room[at] -= 1
            at = parent[at]
    return taken


def in_order(given: Instance, order: Int64) -> Int64:
    """Go through pairs in `order` and take whatever still has room, quotas included."""
    r = given.rules
    rooms = (r["left_capacity"].astype(np.int64), r["right_capacity"].astype(np.int64))
    areas = r["left_area"], r["area_parent"], r["area_capacity"].copy()
    return np.flatnonzero(take(order, given.left, given.right, *rooms, *areas))


def greedy(given: Instance) -> Int64:
    return in_order(given, best_first(given))


def within_quotas(given: Instance, chosen: Int64) -> Int64:
    """The best-scored part of a choice that its areas have room for; nothing else is in the way any more."""
    return in_order(given, chosen[np.argsort(-given.score[chosen], kind="stable")])


def stable(given: Instance) -> Int64:
    """Hospitals are the left people, residents copies of the right ones. Both prefer by score."""
    from matching.games import HospitalResident

    # It copies its players through their lists of each other.
    sys.setrecursionlimit(10**9)
    order = best_first(given)
    copies = given.rules["right_capacity"]
    residents = {(j, c): [] for j in np.unique(given.right).tolist() for c in range(copies[j])}
    hospitals = {i: [] for i in np.unique(given.left).tolist()}
    for i, j in zip(given.left[order].tolist(), given.right[order].tolist(), strict=True):
        for c in range(copies[j]):
            residents[j, c].append(i)
            hospitals[i].append((j, c))
    room = {i: int(given.rules["left_capacity"][i]) for i in hospitals}
    game = HospitalResident.create_from_dictionaries(residents, hospitals, room)
    met = [(hospital.name, resident.name[0]) for hospital, mine in game.solve().items() for resident in mine]
    return _numbers(given, *np.array(met, dtype=np.int64).reshape(-1, 2).T)


# --- assignment: a person of capacity c stands there c times -----------------


def _copies(capacity: Int64) -> tuple[Int64, Int64]:
    """(whose copy each row is, each person's first copy)."""
    return np.repeat(np.arange(len(capacity)), capacity), np.cumsum(capacity) - capacity


def _cloned(given: Instance) -> tuple[Int64, Int64, Int64, Int64, Int64]:
    """(row, column, pair) of every pair of copies, and whose the rows and columns are."""
    left_room, right_room = given.rules["left_capacity"], given.rules["right_capacity"]
    owner, left_first = _copies(left_room)
    partner, right_first = _copies(right_room)
    rows, columns, pairs = [], [], []
    for a in range(int(left_room.max())):
        for b in range(int(right_room.max())):
            k = np.flatnonzero((left_room[given.left] > a) & (right_room[given.right] > b))
            rows.append(left_first[given.left[k]] + a)
            columns.append(right_first[given.right[k]] + b)
            pairs.append(k)
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(pairs), owner, partner


def _numbers(given: Instance, left: Int64, right: Int64) -> Int64:
    """The numbers of the pairs (left, right) that are listed, each once however many copies met."""
    wide = int(given.right.max(initial=0)) + 1
    codes = given.left * wide + given.right
    return np.flatnonzero(np.isin(codes, left * wide + right))


def dense(given: Instance) -> Int64:
    from scipy.optimize import linear_sum_assignment

    row, column, pair, owner, partner = _cloned(given)
    worth = np.zeros((len(owner), len(partner)), np.float64)
    worth[row, column] = given.score[pair] + 1
    rows, columns = linear_sum_assignment(worth, maximize=True)
    real = worth[rows, columns] > 0
    return _numbers(given, owner[rows[real]], partner[columns[real]])


def sparse(given: Instance) -> Int64:
    """Every row has a column of its own besides, "nobody", so that a full matching always exists."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    row, column, pair, owner, partner = _cloned(given)
    alone = np.arange(len(owner))
    most = int(given.score.max()) + 1
    cost = np.concatenate([most - given.score[pair], np.full(len(owner), 8.0 * most)])
    where = np.concatenate([row, alone]), np.concatenate([column, len(partner) + alone])
    graph = csr_array((cost, where), shape=(len(owner), len(partner) + len(owner)))
    rows, columns = min_weight_full_bipartite_matching(graph)
    real = columns < len(partner)
    return _numbers(given, owner[rows[real]], partner[columns[real]])


def cardinality(given: Instance) -> Int64:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    row, column, _, owner, partner = _cloned(given)
    graph = csr_array((np.ones(len(row), np.int8), (row, column)), shape=(len(owner), len(partner)))
    columns = maximum_bipartite_matching(graph, perm_type="column")
    real = columns >= 0
    return _numbers(given, owner[real], partner[columns[real]])


def edmonds(given: Instance) -> Int64:
    """Networkx's general matching: one partner each, whatever the capacities."""
    import networkx

    n = len(given.rules["left_capacity"])
    graph = networkx.Graph()
    edges = zip(given.left.tolist(), (n + given.right).tolist(), given.score.tolist(), strict=True)
    graph.add_weighted_edges_from(edges)
    met = np.array([sorted(edge) for edge in networkx.max_weight_matching(graph, maxcardinality=True)])
    return _numbers(given, *(met.reshape(-1, 2) - [0, n]).T)


# --- flows and linear programs -----------------------------------------------


class Arcs(NamedTuple):
    """Source 0, areas, left people, right people, sink; `pairs` is where the pairs' arcs are."""

    tail: Int64
    head: Int64
    room: Int64
    reward: Int64
    pairs: slice
    nodes: int


def arcs(given: Instance, people_first: bool) -> Arcs:
    """The network of docs/algorithms/matching.md. `people_first` rewards a person's first partner with more
    than four best pairs are worth; without it only pairs are rewarded, and the largest flow is wanted."""
    r = given.rules
    n, m, areas = len(r["left_capacity"]), len(r["right_capacity"]), len(r["area_parent"])
    lefts, rights = 1 + areas + np.arange(n), 1 + areas + n + np.arange(m)
    sink = 1 + areas + n + m
    unit = 4 * int(given.score.max(initial=0)) + 1 if people_first else 0
    blocks = [(1 + r["area_parent"], 1 + np.arange(areas), r["area_capacity"], 0)]
    ways = (
        (1 + r["left_area"], lefts, r["left_capacity"]),
        (rights, np.full(m, sink), r["right_capacity"]),
    )
    for tail, head, room in ways:
        if people_first:
            blocks += [(tail, head, np.minimum(room, 1), unit), (tail, head, np.maximum(room - 1, 0), 0)]
        else:
            blocks.append((tail, head, room, 0))
    first = sum(len(block[0]) for block in blocks)
    one = np.ones_like(given.left)
    blocks.append((lefts[given.left], rights[given.right], one, given.score))
    columns = [
        np.concatenate([np.broadcast_to(b[k], len(b[0])) for b in blocks]).astype(np.int64) for k in range(4)
    ]
    return Arcs(*columns, slice(first, first + len(one)), sink + 1)


def ortools_raw(given: Instance) -> Int64:
    from ortools.graph.python import min_cost_flow

    net = arcs(given, people_first=False)
    solver = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(
        net.tail.astype(np.int32), net.head.astype(np.int32), net.room, -net.reward
    )
    supply = int(given.rules["left_capacity"].sum())
    solver.set_nodes_supplies(np.array([0, net.nodes - 1]), np.array([supply, -supply]))
    if solver.solve_max_flow_with_min_cost() != solver.OPTIMAL:
        raise RuntimeError("no optimum")
    return np.flatnonzero(solver.flows(numbers[net.pairs]))


def lemon(given: Instance) -> Int64:
    import pylmcf

    net = arcs(given, people_first=True)
    source, sink, n = 0, net.nodes - 1, net.nodes
    areas = len(given.rules["area_parent"])
    # It wants costs of 0 or more: every way through has one left, one pair's and one right arc, and what
    # their costs are raised by, the arc straight to the sink costs.
    unit, best = int(net.reward.max()), int(given.score.max())
    raised = np.where(net.head > areas, unit, 0)
    raised[net.pairs] = best
    tail, head = np.append(net.tail, source), np.append(net.head, sink)
    supply = min(int(given.rules[side].sum()) for side in ("left_capacity", "right_capacity"))
    room, cost = np.append(net.room, supply), np.append(raised - net.reward, 2 * unit + best)
    # And arcs by tail, then head.
    order = np.lexsort((head, tail))
    graph = pylmcf.Graph(n, tail[order], head[order])
    supplies = np.zeros(n, np.int64)
    supplies[[source, sink]] = supply, -supply
    graph.set_node_supply(supplies)
    graph.set_edge_capacities(room[order])
    graph.set_edge_costs(cost[order])
    graph.solve()
    flow = np.empty(len(order), np.int64)
    flow[order] = graph.result()
    return np.flatnonzero(flow[net.pairs])


def networkx_simplex(given: Instance) -> Int64:
    import networkx

    net = arcs(given, people_first=True)
    graph = networkx.MultiDiGraph()
    head = np.where(net.head == net.nodes - 1, 0, net.head)
    rows = zip(net.tail.tolist(), head.tolist(), net.room.tolist(), (-net.reward).tolist(), strict=True)
    for k, (tail, to, room, cost) in enumerate(rows):
        graph.add_edge(tail, to, key=k, capacity=room, weight=cost)
    _, flow = networkx.network_simplex(graph)
    tail, to = net.tail.tolist(), head.tolist()
    used = [flow[tail[k]][to[k]][k] for k in range(net.pairs.start, net.pairs.stop)]
    return np.flatnonzero(np.array(used))


def highs(given: Instance) -> Int64:
    """The same flow as an integer program."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    net = arcs(given, people_first=True)
    head = np.where(net.head == net.nodes - 1, 0, net.head)
    number, one = np.arange(len(head)), np.ones(len(head))
    ends = np.concatenate([net.tail, head]), np.concatenate([number, number])
    balance = coo_array((np.concatenate([-one, one]), ends), shape=(net.nodes - 1, len(head))).tocsc()
    answer = milp(
        -net.reward,
        integrality=one,
        bounds=Bounds(0, net.room),
        constraints=LinearConstraint(balance, 0, 0),
        # The default gap, one in ten thousand, would stop before the optimum.
        options={"mip_rel_gap": 0},
    )
    if answer.status != 0:
        raise RuntimeError(answer.message)
    return np.flatnonzero(np.round(answer.x[net.pairs]))


FIRST_PEOPLE: Final = "people with a partner, then score"
METHODS: Final = {
    "Bothways": Method(ours, FIRST_PEOPLE, True),
    "Bothways, waiting days too": Method(ours_with_waiting, "people, then days waited, then score", True),
    "OR-Tools flow by itself": Method(ortools_raw, "pairs, then score", True),
    "LEMON network simplex": Method(lemon, FIRST_PEOPLE, True),
    "HiGHS": Method(highs, FIRST_PEOPLE, True),
    "networkx network simplex": Method(networkx_simplex, FIRST_PEOPLE, True),
    "networkx matching": Method(edmonds, "pairs of one partner each, then score", False),
    "scipy dense assignment": Method(dense, "score", False),
    "scipy sparse assignment": Method(sparse, "pairs, then score", False),
    "scipy maximum matching": Method(cardinality, "pairs", False),
    "stable matching": Method(stable, "no two who would rather have each other", False),
    "greedy": Method(greedy, "nothing: best pair first", True),
}
