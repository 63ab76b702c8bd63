"""`solve` against every possible choice on small shapes, and against linear programs by HiGHS beyond."""

import os
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array, hstack, identity, vstack

from bothways.engine.solve import solve
from bothways.engine.tests.helpers import random_problem
from bothways.engine.verify import verify

ROUNDS = int(os.environ.get("ROUNDS", 4000))


def ancestry(left_area, area_parent):
    """(areas, left people): 1 where the person's pairs count in the area."""
    inside = np.zeros((len(area_parent), len(left_area)), dtype=np.int64)
    for i, area in enumerate(left_area):
        while area >= 0:
            inside[area, i] = 1
            area = area_parent[area]
    return inside


def best_of_all(
    left, right, score, left_capacity, right_capacity, left_area=None, area_parent=None, area_capacity=None,
    waiting=None, count="people",
):  # fmt: skip
    """The best aims over all subsets of the pairs, one row of a table for each subset."""
    p, n, m = len(left), len(left_capacity), len(right_capacity)
    choices = (np.arange(1 << p)[:, None] >> np.arange(p) & 1).astype(np.int64)
    by_left, by_right = np.zeros((p, n), np.int64), np.zeros((p, m), np.int64)
    by_left[np.arange(p), left], by_right[np.arange(p), right] = 1, 1
    lefts, rights = choices @ by_left, choices @ by_right
    fine = (lefts <= left_capacity).all(1) & (rights <= right_capacity).all(1)
    if area_parent is not None:
        fine &= (lefts @ ancestry(left_area, area_parent).T <= area_capacity).all(1)
    lefts, rights = lefts > 0, rights > 0
    days = lefts @ np.array(waiting[0], int) + rights @ np.array(waiting[1], int) if waiting else 0 * fine
    first = lefts.sum(1) + rights.sum(1) if count == "people" else choices.sum(1)
    table = zip(first[fine], days[fine], (choices @ np.array(score, int))[fine], strict=True)
    return max((int(a), int(b), int(c)) for a, b, c in table)


def by_linear_programs(
    left, right, score, left_capacity, right_capacity, left_area=None, area_parent=None, area_capacity=None,
    waiting=None, count="people", forced=(),
):  # fmt: skip
    """The aims one after the other as linear programs, without asking for whole numbers anywhere.

    `forced`: indices of pairs that are chosen in any case.

    Columns: a part of each pair, then for each person how much of "has a partner" is true.
    """
    p, n, m = len(left), len(left_capacity), len(right_capacity)
    if p == 0:
        return 0, 0, 0
    by_left = coo_array((np.ones(p), (left, np.arange(p))), shape=(n, p))
    by_right = coo_array((np.ones(p), (right, np.arange(p))), shape=(m, p))
    nobody = coo_array((n + m, n + m))
    degrees = vstack([by_left, by_right])
    rows = [hstack([degrees, nobody]), hstack([-degrees, identity(n + m)])]
    limits = [np.concatenate([left_capacity, right_capacity]), np.zeros(n + m)]
    if area_parent is not None:
        load = coo_array(ancestry(left_area, area_parent)) @ by_left
        rows.append(hstack([load, coo_array((len(area_parent), n + m))]))
        limits.append(np.asarray(area_capacity))
    people, pairs = np.r_[np.zeros(p), np.ones(n + m)], np.r_[np.ones(p), np.zeros(n + m)]
    days = np.r_[np.zeros(p), *waiting] if waiting is not None else 0 * people
    values, bounds = [], np.tile([0, 1], (p + n + m, 1))
    bounds[list(forced), 0] = 1
    for aim in (people if count == "people" else pairs, days, np.r_[score, np.zeros(n + m)]):
        answer = linprog(-aim, A_ub=vstack(rows).tocsr(), b_ub=np.concatenate(limits), bounds=bounds)
        assert answer.status == 0
        values.append(round(-answer.fun))
        assert abs(-answer.fun - values[-1]) < 1e-6  # the polytope's corners are whole
        rows.append(coo_array(-aim[None, :]))
        limits.append(np.array([-values[-1]]))
    return tuple(values)


def agree(problem, other):
    found = solve(**problem)
    verify(found, **problem)
    assert (found.count, found.waiting, found.score) == other(**problem), problem


def dressed(shape, present, rng, count):
    """The graph with random scores, capacities (0 too), waiting, and sometimes areas."""
    n, m = shape
    left, right = np.nonzero(np.reshape(present, shape))
    made = random_problem(rng, n, m, areas=int(rng.integers(0, 4)), waiting=bool(rng.integers(0, 2)))
    made |= {"left": left, "right": right, "score": rng.integers(0, 6, len(left)), "count": count}
    return made


@pytest.mark.parametrize("count", ["people", "pairs"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1), (2, 2), (2, 3), (3, 2), (3, 3)])
def test_every_graph_of_a_small_shape(shape, count):
    rng = np.random.default_rng(10 * shape[0] + shape[1])
    for present in product([False, True], repeat=shape[0] * shape[1]):
        agree(dressed(shape, present, rng, count), best_of_all)


@st.composite
def problems(draw):
    """Up to five people a side and twelve pairs; any forest of areas; everything may be 0 or equal."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    every = [(i, j) for i in range(n) for j in range(m)]
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=12))

    def row(length, top):
        return draw(st.lists(st.integers(0, top), min_size=length, max_size=length))

    top = draw(st.sampled_from([0, 1, 3, 700]))
    made = {
        "left": [i for i, _ in pairs], "right": [j for _, j in pairs], "score": row(len(pairs), top),
        "left_capacity": row(n, 3), "right_capacity": row(m, 3),
        "count": draw(st.sampled_from(["people", "pairs"])),
    }  # fmt: skip
    if draw(st.booleans()):
        days = draw(st.sampled_from([1, 400]))
        made["waiting"] = row(n, days), row(m, days)
    areas = draw(st.integers(0, 5))
    if areas:
        made["area_parent"] = [draw(st.integers(-1, k - 1)) for k in range(areas)]
        made["area_capacity"] = row(areas, 4)
        made["left_area"] = [draw(st.integers(0, areas - 1)) for _ in range(n)]
    return made


@settings(max_examples=100)
@given(problems())
def test_no_choice_of_pairs_is_better(problem):
    agree(problem, best_of_all)


def larger(rng):
    n, m = rng.integers(1, 40, 2)
    return random_problem(
        rng, n, m, density=float(rng.choice([0.05, 0.15, 0.4])), areas=int(rng.choice([0, 0, 1, 3, 12])),
        waiting=bool(rng.integers(0, 2)), top=int(rng.choice([1, 3, 20, 700])),
        capacity=int(rng.integers(1, 5)),
    ) | {"count": str(rng.choice(["people", "pairs"]))}  # fmt: skip


def test_linear_programs_agree():
    rng = np.random.default_rng(11)
    for _ in range(40):
        agree(larger(rng), by_linear_programs)


@pytest.mark.attack
def test_thousands_of_linear_programs_agree():
    seed = int(os.environ.get("SEED", np.random.SeedSequence().entropy % 10**9))
    print(f"SEED={seed}")
    rng = np.random.default_rng(seed)
    for _ in range(ROUNDS):
        agree(larger(rng), by_linear_programs)


@pytest.mark.attack
@settings(max_examples=ROUNDS)
@given(problems())
def test_no_choice_of_pairs_is_better_however_long_one_looks(problem):
    agree(problem, best_of_all)
