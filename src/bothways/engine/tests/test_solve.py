"""`solve` against brute force, against a second solver, and against itself turned round."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from bothways.engine import solve as module
from bothways.engine.solve import solve
from bothways.engine.tests.helpers import aims, allowed, brute_force, random_problem
from bothways.engine.verify import verify
from bothways.engine.weights import Weights

AREAS = ("left_area", "area_parent", "area_capacity")


@st.composite
def small_problems(draw):
    n, m = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    every = [(i, j) for i in range(n) for j in range(m)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=9)) if every else []

    def row(length, top):
        return draw(st.lists(st.integers(0, top), min_size=length, max_size=length))

    made = {
        "left": [i for i, _ in pairs], "right": [j for _, j in pairs], "score": row(len(pairs), 6),
        "left_capacity": row(n, 3), "right_capacity": row(m, 3),
        "count": draw(st.sampled_from(["people", "pairs"])),
    }  # fmt: skip
    if draw(st.booleans()):
        made["waiting"] = row(n, 5), row(m, 5)
    areas = draw(st.integers(0, 3))
    if areas:
        made["area_parent"] = [draw(st.integers(-1, k - 1)) for k in range(areas)]
        made["area_capacity"] = row(areas, 5)
        made["left_area"] = [draw(st.integers(0, areas - 1)) for _ in range(n)]
    return made


@settings(max_examples=250, deadline=None)
@given(small_problems())
def test_no_subset_of_the_pairs_is_better(problem):
    found = solve(**problem)
    verify(found, **problem)
    assert (found.count, found.waiting, found.score) == brute_force(**problem)


def _milp(left, right, score, left_capacity, right_capacity, left_area=None, area_parent=None,
          area_capacity=None, waiting=None, count="people"):  # fmt: skip
    """The aims one after the other by HiGHS: pairs x, and y for 'has at least one partner'."""
    p, n, m = len(left), len(left_capacity), len(right_capacity)
    if p == 0:
        return 0, 0, 0
    size, ones, columns = p + n + m, np.ones(p), np.arange(p)
    by_left = coo_array((ones, (left, columns)), shape=(n, size))
    by_right = coo_array((ones, (right, columns)), shape=(m, size))
    has_left = coo_array((np.ones(n), (np.arange(n), p + np.arange(n))), shape=(n, size))
    has_right = coo_array((np.ones(m), (np.arange(m), p + n + np.arange(m))), shape=(m, size))
    rules = [
        LinearConstraint(by_left, ub=left_capacity), LinearConstraint(by_right, ub=right_capacity),
        LinearConstraint(vstack([has_left - by_left, has_right - by_right]), ub=0),
    ]  # fmt: skip
    if area_parent is not None:
        inside = np.zeros((len(area_parent), size))
        for k in range(p):
            area = left_area[left[k]]
            while area >= 0:
                inside[area, k] += 1
                area = area_parent[area]
        rules.append(LinearConstraint(inside, ub=area_capacity))
    first = np.r_[np.zeros(p), np.ones(n + m)] if count == "people" else np.r_[ones, np.zeros(n + m)]
    days = np.r_[np.zeros(p), *waiting] if waiting is not None else np.zeros(size)
    values = []
    for aim in (first, days, np.r_[score, np.zeros(n + m)]):
        answer = milp(-aim, integrality=np.ones(size), bounds=Bounds(0, 1), constraints=rules)
        values.append(round(-answer.fun))
        rules.append(LinearConstraint(aim[None, :], lb=values[-1]))
    return tuple(values)


@pytest.mark.parametrize("areas", [0, 4])
@pytest.mark.parametrize("count", ["people", "pairs"])
def test_a_second_solver_agrees(areas, count):
    rng = np.random.default_rng(areas + len(count))
    for _ in range(75):
        problem = random_problem(rng, *rng.integers(1, 14, 2), areas=areas) | {"count": count}
        found = solve(**problem)
        verify(found, **problem)
        assert (found.count, found.waiting, found.score) == _milp(**problem)


def test_what_is_reported_is_what_is_chosen():
    rng = np.random.default_rng(5)
    problem = random_problem(rng, 60, 50, areas=7, density=0.1)
    found = solve(**problem)
    rules = {name: problem[name] for name in ("left", "right", "left_capacity", "right_capacity", *AREAS)}
    assert allowed(found.chosen, **rules)
    assert (np.diff(found.chosen) > 0).all()
    assert found.chosen.dtype == found.potentials.dtype == np.int64
    made = aims(
        found.chosen,
        problem["left"],
        problem["right"],
        problem["score"],
        problem["waiting"],
        "people",
        60,
        50,
    )
    assert made == (found.count, found.waiting, found.score)


def test_a_first_partner_is_worth_more_than_any_second():
    # One left person could take both; the second left person can only take right person 0.
    found = solve([0, 0, 1], [0, 1, 0], [10**6, 10**6, 0], [2, 1], [1, 1])
    assert found.chosen.tolist() == [1, 2]
    assert found.count == 4


def test_waiting_comes_before_score_and_after_people():
    pairs = {
        "left": [0, 1],
        "right": [0, 0],
        "score": [0, 999],
        "left_capacity": [1, 1],
        "right_capacity": [1],
    }
    assert solve(**pairs).chosen.tolist() == [1]
    assert solve(**pairs, waiting=([1, 0], [0])).chosen.tolist() == [0]
    apart = {"left": [0, 0, 1], "right": [0, 1, 1], "score": [0, 0, 0]}
    long = solve(**apart, left_capacity=[1, 1], right_capacity=[1, 1], waiting=([1, 1], [0, 1000]))
    assert long.count == 4


def test_pairs_can_be_counted_instead_of_people():
    problem = {"left": [0, 0, 0, 1], "right": [0, 1, 2, 0], "score": [1, 1, 1, 1]}
    room = {"left_capacity": [3, 1], "right_capacity": [1, 1, 1]}
    assert solve(**problem, **room, count="pairs").count == 3
    assert solve(**problem, **room, count="people").count == 5


def test_an_area_holds_for_all_areas_below_it():
    found = solve([0, 1, 2], [0, 1, 2], [3, 2, 1], [1] * 3, [1] * 3, [1, 2, 2], [-1, 0, 0], [2, 5, 5])
    assert found.chosen.tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_turning_the_problem_round_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 40, 35, density=0.12)
    found = solve(**problem)
    totals = (found.count, found.waiting, found.score)

    swapped = solve(
        problem["right"], problem["left"], problem["score"], problem["right_capacity"],
        problem["left_capacity"], waiting=problem["waiting"][::-1],
    )  # fmt: skip
    assert (swapped.count, swapped.waiting, swapped.score) == totals

    doubled = solve(**problem | {"score": 2 * problem["score"]})
    assert (doubled.count, doubled.waiting, doubled.score) == (totals[0], totals[1], 2 * totals[2])

    lonely = problem | {
        "left_capacity": np.r_[problem["left_capacity"], 3],
        "waiting": (np.r_[problem["waiting"][0], 29], problem["waiting"][1]),
    }
    alone = solve(**lonely)
    assert (alone.count, alone.waiting, alone.score) == totals


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_pairs_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 40, 35, density=0.12, top=2, areas=3)
    found = solve(**problem)
    order = rng.permutation(len(problem["left"]))
    shuffled = solve(**problem | {name: problem[name][order] for name in ("left", "right", "score")})
    assert set(order[shuffled.chosen].tolist()) == set(found.chosen.tolist())
    again = solve(**problem)
    assert again.chosen.tobytes() == found.chosen.tobytes()
    assert again.potentials.tobytes() == found.potentials.tobytes()


@pytest.mark.parametrize("quick", [Weights(1, 1), Weights(2, 1), Weights(30, 1)])
def test_a_wrong_first_attempt_is_found_out_and_done_anew(quick, monkeypatch):
    rng = np.random.default_rng(17)
    problems = [random_problem(rng, 25, 25, areas=k, density=0.15) for k in (0, 3) for _ in range(5)]
    right = [solve(**problem) for problem in problems]
    monkeypatch.setattr(module, "quick_weights", lambda given: quick)
    for problem, expected in zip(problems, right, strict=True):
        found = solve(**problem)
        verify(found, **problem)
        assert (found.count, found.waiting, found.score) == (expected.count, expected.waiting, expected.score)


def test_renaming_people_keeps_the_totals():
    rng = np.random.default_rng(8)
    problem = random_problem(rng, 30, 30, density=0.15, areas=4)
    found = solve(**problem)
    to = rng.permutation(30)
    back = np.argsort(to)
    renamed = problem | {
        "left": to[problem["left"]], "left_capacity": problem["left_capacity"][back],
        "left_area": problem["left_area"][back],
        "waiting": (problem["waiting"][0][back], problem["waiting"][1]),
    }  # fmt: skip
    other = solve(**renamed)
    assert (other.count, other.waiting, other.score) == (found.count, found.waiting, found.score)


@pytest.mark.parametrize("sizes", [(0, 0), (3, 0), (0, 2), (2, 2)])
def test_nothing_to_pair(sizes):
    n, m = sizes
    problem = {"left": [], "right": [], "score": [], "left_capacity": [1] * n, "right_capacity": [2] * m}
    found = solve(**problem)
    assert (found.count, found.waiting, found.score, len(found.chosen)) == (0, 0, 0, 0)
    verify(found, **problem)


GOOD = {
    "left": [0, 1], "right": [0, 1], "score": [1, 2], "left_capacity": [1, 1], "right_capacity": [1, 1],
    "left_area": [0, 1], "area_parent": [-1, 0], "area_capacity": [2, 1], "waiting": ([1, 2], [3, 4]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"left": [0, 2]}, r"left\[1\] is outside"),
        ({"left": [[0, 1]]}, "left must have one dimension"),
        ({"right": [0]}, "right has length 1, expected 2"),
        ({"right": [-1, 0]}, r"right\[0\] is outside"),
        ({"right": [0.5, 1.0]}, "right must hold integers, not float64"),
        ({"score": [1, -2]}, r"score\[1\] is negative"),
        ({"score": np.array([1, 1 << 63], dtype=np.uint64)}, r"score\[1\] does not fit"),
        ({"score": [1, 1 << 60]}, r"score\[1\] is above 2147483647"),
        ({"left": [1, 1], "right": [1, 1]}, r"left\[1\] repeats an earlier pair"),
        ({"left_capacity": [1, -1]}, r"left_capacity\[1\] is negative"),
        ({"right_capacity": [1 << 40, 1]}, r"right_capacity\[0\] is above"),
        ({"left_area": [0, 5]}, r"left_area\[1\] is outside"),
        ({"left_area": None}, "go together"),
        ({"area_parent": [-1, 7]}, r"area_parent\[1\] is neither"),
        ({"area_parent": [1, 0]}, r"area_parent\[0\] leads into a cycle"),
        ({"area_parent": [-1, 1]}, r"area_parent\[1\] leads into a cycle"),
        ({"area_capacity": [1]}, "area_capacity has length 1, expected 2"),
        ({"area_capacity": [1, -1]}, r"area_capacity\[1\] is negative"),
        ({"waiting": ([1, 2],)}, "waiting must be two arrays"),
        ({"waiting": ([1, -2], [3, 4])}, r"waiting\[0\]\[1\] is negative"),
        ({"waiting": ([1, 2], [1 << 60, 4])}, "score and waiting are too large"),
        ({"count": "persons"}, "count must be one of"),
    ],
)
def test_errors_name_the_argument_and_the_index(change, message):
    solve(**GOOD)
    with pytest.raises(ValueError, match=message):
        solve(**GOOD | change)


def test_large_numbers_are_exact_up_to_the_refusal():
    worth = [10**9 + 1, 10**9]
    found = solve([0, 1], [0, 0], worth, [1, 1], [1], waiting=([10**5, 10**5], [10**5]))
    assert found.chosen.tolist() == [0]


def test_the_solution_cannot_be_changed_in_passing():
    found = solve([0], [0], [1], [1], [1])
    with pytest.raises(AttributeError):
        found.score = 5
    assert replace(found, score=5).score == 5


@pytest.mark.parametrize("count", ["people", "pairs"])
def test_people_and_areas_without_pairs_and_room_for_far_too_many(count):
    """Nobody can be reached in some areas, and capacities are far above what could ever be used."""
    rng = np.random.default_rng(41)
    for _ in range(60):
        problem = random_problem(rng, 12, 12, density=0.08, areas=5, waiting=False, capacity=6)
        problem["area_capacity"] = problem["area_capacity"] + rng.choice([0, 12, 2_000_000_000], 5)
        problem["right_capacity"] = problem["right_capacity"] * rng.choice([1, 300_000_000], 12)
        found = solve(**problem, count=count)
        verify(found, **problem, count=count)
