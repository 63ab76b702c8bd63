"""Instances whose best answer is known from the literature, by formula or by theorem, at any size.

Library files of instances (such as OR-Library's) are not copied here: these constructions need no data.
"""

import hashlib
from itertools import combinations

import numpy as np
import pytest

from bothways.engine.solve import solve
from bothways.engine.verify import verify


def assign(worth, **changes):
    """Solve the full matrix of scores as a plain assignment: everybody has room for one."""
    n, m = worth.shape
    left, right = (column.ravel() for column in np.indices((n, m)))
    problem = {
        "left": left, "right": right, "score": worth.ravel(),
        "left_capacity": np.ones(n, int), "right_capacity": np.ones(m, int),
    } | changes  # fmt: skip
    found = solve(**problem)
    verify(found, **problem)
    return found


def check(problem):
    found = solve(**problem)
    verify(found, **problem)
    return found


@pytest.mark.parametrize("n", [1, 2, 7, 40, 100])
def test_machol_and_wien(n):
    """R. E. Machol, M. Wien: A "hard" assignment problem, Operations Research 24, 1976: costs (i-1)(j-1).

    By the rearrangement inequality (Hardy, Littlewood, Pólya: Inequalities, 1934, theorem 368) the largest
    sum pairs equals, the smallest pairs opposites.
    """
    product = np.multiply.outer(np.arange(n), np.arange(n))
    most = assign(product)
    assert (most.count, most.score) == (2 * n, (n - 1) * n * (2 * n - 1) // 6)
    least = assign((n - 1) ** 2 - product)
    assert least.score == n * (n - 1) ** 2 - (n - 2) * (n - 1) * n // 6


@pytest.mark.parametrize("power", [1, 2, 3])
def test_monge(power):
    """G. Monge 1781; A. J. Hoffman: On simple linear programming problems, 1963: where the cost is a convex
    function of the distance on a line, it is best to pair in order."""
    rng = np.random.default_rng(power)
    here, there = rng.integers(0, 100, 60), rng.integers(0, 100, 60)
    cost = abs(here[:, None] - there[None, :]) ** power
    found = assign(100**power - cost)
    assert found.score == 60 * 100**power - int((abs(np.sort(here) - np.sort(there)) ** power).sum())


@pytest.mark.parametrize(
    ("cost", "least"),
    [
        # scipy's manual, `scipy.optimize.linear_sum_assignment`.
        ([[4, 1, 3], [2, 0, 5], [3, 2, 2]], 5),
        # The worked example of hungarianalgorithm.com.
        ([[82, 83, 69, 92], [77, 37, 49, 92], [11, 69, 5, 86], [8, 9, 98, 23]], 140),
    ],
)
def test_worked_examples(cost, least):
    cost = np.array(cost)
    assert assign(100 - cost).score == 100 * len(cost) - least


@pytest.mark.parametrize("n", [5, 60])
def test_the_half_graph_has_one_perfect_matching(n):
    """C. D. Godsil: Inverses of trees, Combinatorica 5, 1985: i with j where i <= j. Whatever the scores,
    only the diagonal serves everybody."""
    left, right = np.triu_indices(n)
    score = np.where(left == right, 0, 700)
    ones = np.ones(n, int)
    problem = {
        "left": left, "right": right, "score": score, "left_capacity": ones, "right_capacity": ones
    }  # fmt: skip
    found = check(problem)
    assert (found.count, found.score) == (2 * n, 0)
    assert (left[found.chosen] == right[found.chosen]).all()


@pytest.mark.parametrize("seed", range(10))
def test_hall_and_ore(seed):
    """P. Hall 1935, O. Ore 1955: as many stay alone as the worst group of people lacks partners."""
    rng = np.random.default_rng(seed)
    n, m = 9, 12
    left, right = np.nonzero(rng.random((n, m)) < 0.14)
    friends = [set(right[left == i].tolist()) for i in range(n)]
    groups = [group for k in range(n + 1) for group in combinations(friends, k)]
    lacking = max(len(group) - len(set().union(*group)) for group in groups)
    problem = {"left": left, "right": right, "score": 0 * left, "count": "pairs"}
    found = check(problem | {"left_capacity": np.ones(n, int), "right_capacity": np.ones(m, int)})
    assert found.count == n - lacking


@pytest.mark.parametrize("seed", range(10))
def test_gale_and_ryser(seed):
    """D. Gale, H. J. Ryser 1957: how many pairs fit when anybody may meet anybody, each pair once."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 9, 25), rng.integers(0, 9, 18)
    falling = -np.sort(-a)
    most = min(falling[k:].sum() + np.minimum(b, k).sum() for k in range(len(a) + 1))
    left, right = (column.ravel() for column in np.indices((25, 18)))
    problem = {"left": left, "right": right, "score": 0 * left, "left_capacity": a, "right_capacity": b}
    assert check(problem | {"count": "pairs"}).count == most


@pytest.mark.parametrize(("n", "m", "k"), [(12, 12, 12), (8, 14, 8), (10, 12, 6), (10, 10, 1)])
def test_coppersmith_and_sorkin(n, m, k):
    """D. Coppersmith, G. B. Sorkin: Constructive bounds and exact expectations for the random assignment
    problem, 1999, proved by S. Linusson, J. Wästlund and by C. Nair, B. Prabhakar, M. Sharma, 2003: k cells
    of an n by m table of exponential costs, no two in a row or column, cost at best on average the sum of
    1 / ((n-i)(m-j)) over i + j < k; for n = m = k this is Parisi's 1 + 1/4 + ... + 1/n^2. The k is an area's
    capacity."""
    tables, unit = 150, 10**6
    rng = np.random.default_rng(n * m + k)
    quota = {"left_area": np.zeros(n, int), "area_parent": [-1], "area_capacity": [k], "count": "pairs"}
    costs = []
    for _ in range(tables):
        cost = np.round(unit * rng.exponential(size=(n, m))).astype(int)
        top = int(cost.max())
        found = assign(top - cost, **quota)
        assert found.count == k
        costs.append((k * top - found.score) / unit)
    expected = sum(1 / ((n - i) * (m - j)) for i in range(k) for j in range(k - i))
    # Four standard errors: a seed was chosen once, so this either always holds or never.
    assert abs(np.mean(costs) - expected) < 4 * np.std(costs) / tables**0.5


def landscape():
    """A problem made by arithmetic alone, with areas, waiting and capacities; its best choice is unique."""
    n, m = 45, 50
    i, j = (column.ravel() for column in np.indices((n, m)))
    listed = (i * 7 + j * 13 + i * j) % 9 == 0
    left, right = i[listed], j[listed]
    score = (left * 7919 + right * 104_729 + left * right * 1_299_709) % 1_000_003
    return {
        "left": left, "right": right, "score": score,
        "left_capacity": 1 + np.arange(n) % 3, "right_capacity": 1 + np.arange(m) % 2,
        "left_area": 1 + np.arange(n) % 4, "area_parent": np.array([-1, 0, 0, 1, 1]),
        "area_capacity": np.array([48, 25, 12, 9, 8]),
        "waiting": (np.arange(n) * 37 % 365, np.arange(m) * 53 % 365),
    }  # fmt: skip


FINGERPRINTS = {
    "people": "9a52f7280e829b14",
    "pairs": "e09441b65580ea0f",
}


@pytest.mark.parametrize("count", ["people", "pairs"])
def test_the_same_bytes_everywhere(count):
    """A choice that is best on every machine and with every solver, because no other is as good."""
    problem = landscape() | {"count": count}
    found = check(problem)
    aims = found.count, found.waiting, found.score
    for k in found.chosen:
        others = np.delete(np.arange(len(problem["left"])), k)
        without = problem | {name: problem[name][others] for name in ("left", "right", "score")}
        again = solve(**without)
        assert (again.count, again.waiting, again.score) < aims
    told = np.array([*found.chosen, *aims], dtype="<i8").tobytes()
    assert hashlib.sha256(told).hexdigest()[:16] == FINGERPRINTS[count], aims
