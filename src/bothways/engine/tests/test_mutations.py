"""Every kind of wrong answer, many of each: `verify` refuses exactly those that are wrong.

What is wrong is decided here by another road: the choice keeps to the rules, adds up, and reaches the upper
bound that its prices give any choice (weak duality), all in Python's own integers. `verify` looks at the
signs of reduced scores instead.
"""

import os
from dataclasses import replace

import numpy as np
import pytest

from bothways.engine.solve import solve
from bothways.engine.tests.helpers import aims, allowed, random_problem
from bothways.engine.verify import NotOptimal, verify
from bothways.engine.weights import Weights

AREAS = ("left_area", "area_parent", "area_capacity")
RULES = ("left", "right", "left_capacity", "right_capacity", *AREAS)
TRIES = 40
MANY = int(os.environ.get("ROUNDS", 3000))


def bound(problem, prices, weights):
    """What no choice can exceed: each arc's capacity times what its reward exceeds its prices by."""
    price = [int(one) for one in prices]
    a, n = len(problem["area_parent"]), len(problem["left_capacity"])
    area, left, right = price[1 : 1 + a], price[1 + a : 1 + a + n], price[1 + a + n :]
    people, pairs = (weights.unit, 0) if problem["count"] == "people" else (0, weights.unit)
    total = 0

    def add(room, reward, tail, head):
        nonlocal total
        total += max(0, int(room)) * max(0, reward - tail + head)

    for k, parent in enumerate(problem["area_parent"]):
        add(problem["area_capacity"][k], 0, price[1 + parent] if parent >= 0 else price[0], area[k])
    for i, room in enumerate(problem["left_capacity"]):
        above = area[problem["left_area"][i]]
        add(min(room, 1), people + weights.day * int(problem["waiting"][0][i]), above, left[i])
        add(room - 1, 0, above, left[i])
    for i, j, score in zip(problem["left"], problem["right"], problem["score"], strict=True):
        add(1, int(score), left[i], right[j])
    for j, room in enumerate(problem["right_capacity"]):
        add(min(room, 1), people + pairs + weights.day * int(problem["waiting"][1][j]), right[j], price[0])
        add(room - 1, pairs, right[j], price[0])
    return total


def heavy_enough(problem, weights):
    """A day outweighs all scores that one cycle moves, a unit all days and scores."""
    best_left, best_right, longest = {}, {}, {}
    for i, j, score in zip(problem["left"], problem["right"], problem["score"], strict=True):
        best_left[i] = max(best_left.get(i, 0), int(score))
        best_right[j] = max(best_right.get(j, 0), int(score))
    for area, days in zip(problem["left_area"], problem["waiting"][0], strict=True):
        longest[area] = max(longest.get(area, 0), int(days))
    scores = min(sum(best_left.values()), sum(best_right.values()))
    days = sum(longest.values()) + max(map(int, problem["waiting"][1]), default=0)
    return weights.day > scores and weights.unit > weights.day * days + scores


def proved(solution, problem):
    """Whether `solution` is right and its certificate shows it."""
    chosen = solution.chosen.tolist()
    if sorted(set(chosen)) != chosen or not set(chosen) <= set(range(len(problem["left"]))):
        return False
    if not allowed(chosen, **{name: problem[name] for name in RULES}):
        return False
    sizes = len(problem["left_capacity"]), len(problem["right_capacity"])
    columns = (problem[name] for name in ("left", "right", "score", "waiting", "count"))
    true = aims(chosen, *columns, *sizes)
    if true != (solution.count, solution.waiting, solution.score) or solution.potentials[0] != 0:
        return False
    unit, day = solution.weights
    reached = unit * true[0] + day * true[1] + true[2]
    heavy = heavy_enough(problem, solution.weights)
    return heavy and reached == bound(problem, solution.potentials, solution.weights)


def accepted(solution, problem):
    try:
        verify(solution, **problem)
    except NotOptimal:
        return False
    return True


def with_true_totals(solution, chosen, problem):
    sizes = len(problem["left_capacity"]), len(problem["right_capacity"])
    columns = (problem[name] for name in ("left", "right", "score", "waiting", "count"))
    count, waiting, score = aims(chosen, *columns, *sizes)
    return replace(
        solution, chosen=np.array(chosen, dtype=np.int64), count=count, waiting=waiting, score=score
    )


# Each mutation: (solution, problem, rng) -> (solution, problem), one of them changed in one place.


def a_pair_dropped(found, problem, rng):
    chosen = found.chosen.tolist()
    chosen.pop(rng.integers(0, len(chosen)))
    return with_true_totals(found, chosen, problem), problem


def a_pair_added(found, problem, rng):
    others = np.setdiff1d(np.arange(len(problem["left"])), found.chosen)
    return with_true_totals(
        found, sorted([*found.chosen.tolist(), int(rng.choice(others))]), problem
    ), problem


def a_pair_exchanged(found, problem, rng):
    return a_pair_added(*a_pair_dropped(found, problem, rng), rng)


def a_pair_dropped_in_secret(found, problem, rng):
    return replace(found, chosen=np.delete(found.chosen, rng.integers(0, len(found.chosen)))), problem


def a_pair_twice(found, problem, rng):
    return replace(found, chosen=np.sort(np.append(found.chosen, rng.choice(found.chosen)))), problem


def pairs_out_of_order(found, problem, rng):
    return replace(found, chosen=rng.permutation(found.chosen)), problem


def a_pair_that_is_not_there(found, problem, rng):
    number = rng.choice([-1, len(problem["left"])])
    return replace(found, chosen=np.sort(np.append(found.chosen[1:], number))), problem


def another_total(found, problem, rng):
    name = str(rng.choice(["count", "waiting", "score"]))
    return replace(found, **{name: getattr(found, name) + int(rng.choice([-5, -1, 1, 5]))}), problem


def another_price(found, problem, rng):
    step = int(rng.choice([1, 2, found.weights.day, found.weights.unit])) * int(rng.choice([-1, 1]))
    prices = found.potentials.copy()
    prices[rng.integers(0, len(prices))] += step
    return replace(found, potentials=prices), problem


def two_prices_exchanged(found, problem, rng):
    prices = found.potentials.copy()
    a, b = rng.choice(np.arange(1, len(prices)), 2, replace=False)
    prices[[a, b]] = prices[[b, a]]
    return replace(found, potentials=prices), problem


def another_weight(found, problem, rng):
    unit, day = found.weights
    step = int(rng.choice([-day, -1, 1, day]))
    weights = Weights(unit + step, day) if rng.integers(0, 2) else Weights(unit, day + step)
    return replace(found, weights=weights), problem


def a_person_with_other_room(found, problem, rng):
    return found, _stepped(problem, str(rng.choice(["left_capacity", "right_capacity"])), rng)


def an_area_with_other_room(found, problem, rng):
    return found, _stepped(problem, "area_capacity", rng)


def another_score(found, problem, rng):
    """The totals follow, so that only the proof can be wrong."""
    changed = _stepped(problem, "score", rng, by=(-7, -1, 1, 7))
    return with_true_totals(found, found.chosen.tolist(), changed), changed


def other_days_of_waiting(found, problem, rng):
    days = [column.copy() for column in problem["waiting"]]
    side = rng.integers(0, 2)
    at = rng.integers(0, len(days[side]))
    days[side][at] = max(0, days[side][at] + rng.choice([-20, -1, 1, 20]))
    changed = problem | {"waiting": tuple(days)}
    return with_true_totals(found, found.chosen.tolist(), changed), changed


def a_person_in_another_area(found, problem, rng):
    area = problem["left_area"].copy()
    area[rng.integers(0, len(area))] = rng.integers(0, len(problem["area_parent"]))
    return found, problem | {"left_area": area}


def an_area_under_no_other(found, problem, rng):
    parent = problem["area_parent"].copy()
    parent[rng.choice(np.flatnonzero(parent >= 0))] = -1
    return found, problem | {"area_parent": parent}


def the_other_count(found, problem, rng):
    changed = problem | {"count": "pairs" if problem["count"] == "people" else "people"}
    return with_true_totals(found, found.chosen.tolist(), changed), changed


def _stepped(problem, name, rng, by=(-1, 1)):
    column = problem[name].copy()
    at = rng.integers(0, len(column))
    column[at] = max(0, column[at] + rng.choice(by))
    return problem | {name: column}


MUTATIONS = [
    a_pair_dropped, a_pair_added, a_pair_exchanged, a_pair_dropped_in_secret, a_pair_twice,
    pairs_out_of_order, a_pair_that_is_not_there, another_total, another_price, two_prices_exchanged,
    another_weight, a_person_with_other_room, an_area_with_other_room, another_score,
    other_days_of_waiting, a_person_in_another_area, an_area_under_no_other, the_other_count,
]  # fmt: skip


def solved(rng):
    """A solved problem with areas in which something was chosen and something was not."""
    while True:
        n, m = rng.integers(3, 14, 2)
        problem = random_problem(rng, n, m, density=0.4, areas=int(rng.integers(2, 5)), top=8)
        problem["count"] = str(rng.choice(["people", "pairs"]))
        found = solve(**problem)
        usable = 2 <= len(found.chosen) < len(problem["left"]) and (problem["area_parent"] >= 0).any()
        if usable:
            return found, problem


def wrong_ones(mutation, rng, tries):
    """How many of `tries` mutants were wrong; all of these, and no others, were refused."""
    wrong = 0
    for _ in range(tries):
        found, problem = solved(rng)
        assert accepted(found, problem) and proved(found, problem)
        mutant, changed = mutation(found, problem, rng)
        right = proved(mutant, changed)
        wrong += not right
        assert accepted(mutant, changed) == right, (mutant, changed)
    return wrong


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_exactly_the_wrong_ones_are_refused(mutation):
    # One in five or more must really have been wrong, or nothing was tried.
    assert wrong_ones(mutation, np.random.default_rng(len(mutation.__name__)), TRIES) >= TRIES / 5


@pytest.mark.attack
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_exactly_the_wrong_ones_are_refused_of_thousands(mutation):
    seed = int(os.environ.get("SEED", np.random.SeedSequence().entropy % 10**9))
    wrong = wrong_ones(mutation, np.random.default_rng(seed), MANY)
    print(f"SEED={seed}: {mutation.__name__}: {wrong} of {MANY} were wrong and refused, the others accepted")


def test_weights_are_refused_from_the_very_limit_on():
    """One pair that everything speaks for: prices of 0 prove it, and only the weights can be too small."""
    problem = {
        "left": [0], "right": [0], "score": [30], "left_capacity": [1], "right_capacity": [1],
        "waiting": ([2], [5]),
    }  # fmt: skip
    found = replace(solve(**problem), potentials=np.zeros(3, dtype=np.int64))
    for day in (31, 50):
        verify(replace(found, weights=Weights(7 * day + 31, day)), **problem)
        with pytest.raises(NotOptimal, match="a unit weighs"):
            verify(replace(found, weights=Weights(7 * day + 30, day)), **problem)
    with pytest.raises(NotOptimal, match="a day weighs"):
        verify(replace(found, weights=Weights(10_000, 30)), **problem)
