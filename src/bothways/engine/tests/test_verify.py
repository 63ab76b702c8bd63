"""The certificate: right answers pass, and every wrong one is refused with the place."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bothways.engine.solve import solve
from bothways.engine.tests.helpers import aims, allowed, random_problem
from bothways.engine.verify import NotOptimal, verify
from bothways.engine.weights import Weights

AREAS = ("left_area", "area_parent", "area_capacity")


def honest(solution, chosen, problem):
    """The solution with another choice and the totals that really belong to it."""
    sizes = len(problem["left_capacity"]), len(problem["right_capacity"])
    count = problem.get("count", "people")
    first, days, score = aims(
        chosen, problem["left"], problem["right"], problem["score"], problem["waiting"], count, *sizes
    )
    return replace(solution, chosen=np.array(chosen, dtype=np.int64), count=first, waiting=days, score=score)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["people", "pairs"]), st.data())
def test_a_worse_choice_is_refused(seed, count, data):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 6, 6, areas=2, top=5) | {"count": count}
    found = solve(**problem)
    p = len(problem["left"])
    assume(p > 0)
    flips = data.draw(st.sets(st.integers(0, p - 1), min_size=1, max_size=3))
    chosen = sorted(set(found.chosen.tolist()) ^ flips)
    rules = {name: problem[name] for name in ("left", "right", "left_capacity", "right_capacity", *AREAS)}
    other = honest(found, chosen, problem)
    equal = (other.count, other.waiting, other.score) == (found.count, found.waiting, found.score)
    if allowed(chosen, **rules) and equal:
        verify(other, **problem)  # an equally good choice is proved by the same prices
    else:
        with pytest.raises(NotOptimal):
            verify(other, **problem)


@pytest.fixture
def problem():
    return random_problem(np.random.default_rng(4), 15, 14, areas=3, density=0.3)


@pytest.mark.parametrize("name", ["count", "waiting", "score"])
@pytest.mark.parametrize("by", [-1, 1])
def test_wrong_totals_are_refused(problem, name, by):
    found = solve(**problem)
    with pytest.raises(NotOptimal, match=f"{name} is given as"):
        verify(replace(found, **{name: getattr(found, name) + by}), **problem)


def test_every_price_that_matters_is_checked(problem):
    found = solve(**problem)
    lefts = [i for i in set(problem["left"].tolist()) if problem["left_capacity"][i]]
    rights = [j for j in set(problem["right"].tolist()) if problem["right_capacity"][j]]
    assert len(lefts) + len(rights) > 15
    for node in [1 + 3 + i for i in lefts] + [1 + 3 + 15 + j for j in rights]:
        for by in (10**12, -(10**12)):
            prices = found.potentials.copy()
            prices[node] += by
            with pytest.raises(NotOptimal):
                verify(replace(found, potentials=prices), **problem)


@pytest.mark.parametrize(
    ("potentials", "message"),
    [
        (lambda p: p[:-1], "potentials must be int64 of length"),
        (lambda p: p.astype(float), "potentials must be int64"),
        (lambda p: np.where(np.arange(len(p)) == 5, 1 << 62, p), r"potentials\[5\] does not fit"),
        (lambda p: np.where(np.arange(len(p)) == 5, np.iinfo(np.int64).min, p), r"potentials\[5\] does not"),
        (lambda p: p + 1, "the hub, must be 0"),
    ],
)
def test_malformed_prices_are_refused(problem, potentials, message):
    found = solve(**problem)
    with pytest.raises(NotOptimal, match=message):
        verify(replace(found, potentials=potentials(found.potentials)), **problem)


def test_too_small_weights_are_refused(problem):
    found = solve(**problem)
    unit, day = found.weights
    with pytest.raises(NotOptimal, match="a day weighs 1,"):
        verify(replace(found, weights=Weights(unit, 1)), **problem)
    with pytest.raises(NotOptimal, match=f"a unit weighs {day},"):
        verify(replace(found, weights=Weights(day, day)), **problem)
    with pytest.raises(NotOptimal, match="do not fit"):
        verify(replace(found, weights=Weights(1 << 61, day)), **problem)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ([0, 0], "not ascending after position 0"),
        ([1, 0], "not ascending after position 0"),
        ([99999], r"chosen\[0\] is not the index"),
        ([-1], r"chosen\[0\] is not the index"),
        ([0.5], "array of integers"),
    ],
)
def test_a_malformed_choice_is_refused(problem, chosen, message):
    with pytest.raises(NotOptimal, match=message):
        verify(replace(solve(**problem), chosen=np.array(chosen)), **problem)


def test_the_offending_place_is_named():
    pairs = {"left": [0, 0, 1], "right": [0, 1, 1], "score": [5, 4, 1], "waiting": ([0, 0], [0, 0])}
    room = {"left_capacity": [1, 1], "right_capacity": [1, 1]}
    found = solve(**pairs, **room)
    assert found.chosen.tolist() == [0, 2]
    problem = pairs | room
    with pytest.raises(NotOptimal, match="left person 0 has more partners"):
        verify(honest(found, [0, 1], problem), **problem)
    with pytest.raises(NotOptimal, match="right person 1 has more partners"):
        verify(honest(found, [1, 2], problem), **problem)
    areas = {"left_area": [1, 1], "area_parent": [-1, 0], "area_capacity": [2, 1]}
    with pytest.raises(NotOptimal, match="area 1 holds more pairs"):
        verify(found, **problem, **areas)


def test_the_offending_pair_is_named():
    pairs = {"left": [0, 0, 1, 1], "right": [0, 1, 0, 1], "score": [5, 1, 1, 5]}
    problem = pairs | {"left_capacity": [1, 1], "right_capacity": [1, 1], "waiting": ([0, 0], [0, 0])}
    found = solve(**problem)
    assert found.chosen.tolist() == [0, 3]
    with pytest.raises(NotOptimal, match=r"pair \d \(left \d, right \d\) is (not )?chosen but"):
        verify(honest(found, [1, 2], problem), **problem)


def test_a_malformed_problem_is_a_plain_value_error(problem):
    found = solve(**problem)
    with pytest.raises(ValueError, match=r"score\[0\] is negative") as refusal:
        verify(found, **problem | {"score": problem["score"] - 100})
    assert not isinstance(refusal.value, NotOptimal)


def test_a_certificate_for_another_count_is_refused(problem):
    found = solve(**problem)
    other = solve(**problem, count="pairs")
    mixed = replace(other, potentials=found.potentials, weights=found.weights)
    with pytest.raises(NotOptimal):
        verify(mixed, **problem, count="pairs")
