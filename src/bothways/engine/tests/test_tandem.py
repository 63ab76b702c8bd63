"""`tandem` against brute force, against a second solver, and on graphs with odd circuits."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, hstack, identity

from bothways.engine import tandem as module
from bothways.engine.halves import round_halves
from bothways.engine.solve import solve
from bothways.engine.tandem import label_parts, tandem


def totals(chosen, left, right, score, capacity, waiting=None):
    """(people, days, score) of a choice, or None if it is not allowed."""
    degree = np.bincount([*(left[k] for k in chosen), *(right[k] for k in chosen)], minlength=len(capacity))
    if (degree > capacity).any():
        return None
    days = 0 if waiting is None else int(np.asarray(waiting)[degree > 0].sum())
    return int((degree > 0).sum()), days, int(sum(score[k] for k in chosen))


def brute_force(left, right, score, capacity, waiting=None):
    best = (0, 0, 0)
    for size in range(len(left) + 1):
        for chosen in combinations(range(len(left)), size):
            best = max(best, totals(chosen, left, right, score, capacity, waiting) or best)
    return best


def check(found, problem):
    """What is reported is what was chosen, and the bound is one."""
    assert (np.diff(found.chosen) > 0).all()
    assert totals(found.chosen.tolist(), **problem) == (found.count, found.waiting, found.score)
    unit, day = found.weights
    assert found.value == unit * found.count + day * found.waiting + found.score <= found.bound
    assert found.gap == ((found.bound - found.value) / found.bound if found.bound else 0.0)


@st.composite
def small_graphs(draw):
    n = draw(st.integers(0, 6))
    every = [(j, i) if draw(st.booleans()) else (i, j) for i in range(n) for j in range(i)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=10)) if every else []

    def row(length, top):
        return draw(st.lists(st.integers(0, top), min_size=length, max_size=length))

    made = {
        "left": [i for i, _ in pairs], "right": [j for _, j in pairs],
        "score": row(len(pairs), 6), "capacity": row(n, 3),
    }  # fmt: skip
    if draw(st.booleans()):
        made["waiting"] = row(n, 5)
    return made


@settings(max_examples=300, deadline=None)
@given(small_graphs())
def test_no_choice_is_better(problem):
    found = tandem(**problem)
    check(found, problem)
    assert found.gap == 0.0
    assert (found.count, found.waiting, found.score) == brute_force(**problem)


@settings(max_examples=200, deadline=None)
@given(small_graphs())
def test_without_the_exact_step_the_bound_still_holds(problem):
    found = tandem(**problem, effort=0.0)
    check(found, problem)
    unit, day = found.weights
    people, days, score = brute_force(**problem)
    assert found.value <= unit * people + day * days + score <= found.bound


def random_graph(rng, n, degree, capacity=3):
    left, right = np.nonzero(np.triu(rng.random((n, n)) < degree / n, 1))
    turn = rng.random(len(left)) < 0.5
    return {
        "left": np.where(turn, left, right), "right": np.where(turn, right, left),
        "score": rng.integers(0, 20, len(left)), "capacity": rng.integers(0, capacity + 1, n),
        "waiting": rng.integers(0, 9, n),
    }  # fmt: skip


def _milp(left, right, score, capacity, waiting):
    """The three aims one after the other by HiGHS."""
    p, n = len(left), len(capacity)
    if p == 0:
        return 0, 0, 0
    ends, columns = np.concatenate([left, right]), np.tile(np.arange(p), 2)
    degree = coo_array((np.ones(2 * p), (ends, columns)), shape=(n, p))
    rules = [
        LinearConstraint(hstack([degree, coo_array((n, n))]), ub=capacity),
        LinearConstraint(hstack([-degree, identity(n)]), ub=0),
    ]
    values = []
    for aim in (np.r_[np.zeros(p), np.ones(n)], np.r_[np.zeros(p), waiting], np.r_[score, np.zeros(n)]):
        answer = milp(-aim, integrality=np.ones(p + n), bounds=Bounds(0, 1), constraints=rules)
        values.append(round(-answer.fun))
        rules.append(LinearConstraint(aim[None, :], lb=values[-1]))
    return tuple(values)


@pytest.mark.parametrize("degree", [1.5, 2.5, 5])
def test_a_second_solver_agrees(degree):
    rng = np.random.default_rng(int(10 * degree))
    for _ in range(25):
        problem = random_graph(rng, int(rng.integers(2, 24)), degree, capacity=int(rng.integers(1, 4)))
        found = tandem(**problem)
        check(found, problem)
        assert found.gap == 0.0
        assert (found.count, found.waiting, found.score) == _milp(**problem)


@pytest.mark.parametrize(("degree", "capacity"), [(1.5, 1), (3, 1), (3, 2), (10, 1), (10, 3)])
def test_large_graphs_come_close(degree, capacity):
    rng = np.random.default_rng(7)
    problem = random_graph(rng, 1200, degree, capacity)
    found = tandem(**problem, effort=2.0)
    check(found, problem)
    assert found.gap < 1e-3


def test_a_triangle_leaves_one_person_over():
    pairs = {"left": [0, 1, 2], "right": [1, 2, 0], "score": [5, 5, 6]}
    found = tandem(**pairs, capacity=[1, 1, 1])
    assert (found.count, found.score, found.gap) == (2, 6, 0.0)
    assert tandem(**pairs, capacity=[1, 1, 1], waiting=[3, 9, 4]).chosen.tolist() == [1]
    shared = tandem(**pairs, capacity=[1, 2, 1])
    assert (shared.count, shared.score) == (3, 10)


def test_two_triangles_with_a_bridge_leave_nobody_over():
    left, right = [0, 1, 2, 3, 4, 5, 2], [1, 2, 0, 4, 5, 3, 3]
    found = tandem(left, right, [9] * 6 + [0], [1] * 6)
    assert (found.count, found.score, found.gap) == (6, 18, 0.0)


def test_two_far_apart_losses_cancel_out():
    """Odd circuits joined by a long even path; too large for the exact step."""
    ring = [(k, (k + 1) % 5) for k in range(5)]
    path = [(k, k + 1) for k in range(4, 505)]
    other = [(505 + k, 505 + (k + 1) % 5) for k in range(5)]
    left, right = np.array(ring + path + other).T
    found = tandem(left, right, np.ones(len(left), dtype=int), [1] * 510)
    assert len(left) > module.WHOLE_PARTS
    assert (found.count, found.gap) == (510, 0.0)


@pytest.mark.parametrize("seed", range(6))
def test_on_two_sides_it_is_the_same_as_solve(seed):
    rng = np.random.default_rng(seed)
    left, right = np.nonzero(rng.random((30, 25)) < 0.15)
    score, room, days = rng.integers(0, 9, len(left)), rng.integers(0, 3, 55), rng.integers(0, 30, 55)
    one = tandem(left, right + 30, score, room, days)
    two = solve(left, right, score, room[:30], room[30:], waiting=(days[:30], days[30:]))
    assert (one.count, one.waiting, one.score, one.gap) == (two.count, two.waiting, two.score, 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_turning_the_problem_round_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    problem = random_graph(rng, 60, 3)
    found = tandem(**problem)
    order, turn = rng.permutation(len(problem["left"])), rng.random(len(problem["left"])) < 0.5
    left = np.where(turn, problem["left"], problem["right"])[order]
    right = np.where(turn, problem["right"], problem["left"])[order]
    other = tandem(left, right, problem["score"][order], problem["capacity"], problem["waiting"])
    assert sorted(order[other.chosen].tolist()) == found.chosen.tolist()
    assert other.bound == found.bound

    doubled = tandem(**problem | {"score": 2 * problem["score"]})
    assert (doubled.count, doubled.waiting, doubled.score) == (found.count, found.waiting, 2 * found.score)

    lonely = {name: np.r_[problem[name], 3] for name in ("capacity", "waiting")}
    alone = tandem(**problem | lonely)
    assert (alone.count, alone.waiting, alone.score) == (found.count, found.waiting, found.score)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_rounding_halves_loses_at_odd_circuits_only(seed):
    """Every pair half chosen, no worth in reaching people: degrees stay within a half, scores balance."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    tail, head = np.nonzero(np.triu(rng.random((n, n)) < 0.5, 1))
    degree = np.bincount(np.concatenate([tail, head]), minlength=n)
    twice = degree.copy()
    chosen, lossy = round_halves(tail, head, np.zeros(len(tail), int), twice, degree, lambda i, d: 0)
    made = np.bincount(np.concatenate([tail[chosen], head[chosen]]), minlength=n)
    assert (2 * made == twice).all()
    moved = np.abs(2 * made - degree)
    assert set(np.flatnonzero(moved > 1).tolist()) <= set(lossy)
    part = np.arange(n)
    label_parts(tail, head, part)
    for one in range(n):
        inside = part[tail] == one
        odd_circuit = inside.sum() % 2 == 1 and (degree[part == one] % 2 == 0).all()
        assert sum(part[v] == one for v in lossy) == int(odd_circuit)


def test_nothing_to_pair():
    for n in (0, 1, 4):
        found = tandem([], [], [], [1] * n)
        assert (found.count, found.value, found.bound, found.gap, len(found.chosen)) == (0, 0, 0, 0.0, 0)


GOOD = {"left": [0, 1], "right": [1, 2], "score": [1, 2], "capacity": [1, 1, 1], "waiting": [1, 2, 3]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"left": [0, 3]}, r"left\[1\] is outside"),
        ({"left": [0, 2]}, r"left\[1\] is paired with themselves"),
        ({"left": [0, 1], "right": [1, 0]}, r"left\[1\] repeats an earlier pair"),
        ({"right": [1]}, "right has length 1, expected 2"),
        ({"score": [-1, 0]}, r"score\[0\] is negative"),
        ({"score": [0, 1 << 60]}, r"score\[1\] is above 2147483647"),
        ({"score": [0.5, 1]}, "score must hold integers"),
        ({"capacity": [1, -1, 1]}, r"capacity\[1\] is negative"),
        ({"capacity": [1, 1, 1 << 40]}, r"capacity\[2\] is above"),
        ({"waiting": [1, 2]}, "waiting has length 2, expected 3"),
        ({"waiting": [1, 2, -3]}, r"waiting\[2\] is negative"),
    ],
)
def test_errors_name_the_argument_and_the_index(change, message):
    tandem(**GOOD)
    with pytest.raises(ValueError, match=message):
        tandem(**GOOD | change)
