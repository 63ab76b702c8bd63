"""The best choice over all feasible pairs, found without listing them all."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothways.engine.api import (
    NotOptimal,
    best_improving,
    feasible_pairs,
    improving_pairs,
    solve,
    solve_all,
    verify_all,
)
from bothways.engine.tests.helpers import people


def areas_for(rng, n):
    return {
        "left_area": rng.integers(0, 3, n),
        "area_parent": np.array([-1, 0, 0]),
        "area_capacity": rng.integers(0, n + 1, 3),
    }


@given(st.integers(0, 10_000), st.booleans(), st.booleans(), st.sampled_from(["people", "pairs"]))
@settings(max_examples=60)
def test_it_equals_solving_with_every_pair_listed(seed, with_areas, waiting, count):
    rng = np.random.default_rng(seed)
    offers, wishes = people(25, rng, capacity=(0, 6)), people(30, rng, capacity=(0, 6))
    areas = areas_for(rng, 25) if with_areas else {}
    forbidden = rng.integers(0, 25, (6, 2))
    best = solve_all(offers, wishes, forbidden=forbidden, waiting=waiting, count=count, first=1, **areas)
    pairs = feasible_pairs(offers, wishes, forbidden=forbidden)
    days = (offers.waiting_days, wishes.waiting_days) if waiting else None
    expected = solve(
        pairs.left,
        pairs.right,
        pairs.score,
        offers.capacity,
        wishes.capacity,
        waiting=days,
        count=count,
        **areas,
    )
    mine = best.solution
    assert (mine.count, mine.waiting, mine.score) == (expected.count, expected.waiting, expected.score)
    verify_all(best, offers, wishes, forbidden=forbidden, waiting=waiting, count=count, **areas)


def test_the_size_of_the_first_problem_does_not_matter():
    rng = np.random.default_rng(5)
    offers, wishes = people(200, rng, thin=False), people(200, rng, thin=False)
    found = [solve_all(offers, wishes, first=first) for first in (1, 3, 200)]
    assert found[0].added > 0 and found[2].added == 0
    assert len({(one.solution.count, one.solution.score) for one in found}) == 1
    for one in found:
        verify_all(one, offers, wishes)


class Shared:
    """Prices in parts of some rows, and counts its passes."""

    def __init__(self, wishes, step, **rest):
        self.wishes, self.step, self.rest, self.passes = wishes, step, rest, 0

    def __call__(self, offers, left_price, right_price, *, known, most):
        self.passes += 1
        parts = [
            improving_pairs(
                offers, self.wishes, left_price, right_price, known=known, most=most, rows=rows, **self.rest
            )
            for first in range(0, len(offers), self.step)
            for rows in [(first, min(first + self.step, len(offers)))]
        ]
        return best_improving(parts[::-1], left_price, right_price, most=most)


@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 25))
@settings(max_examples=30, deadline=None)
def test_passes_that_are_shared_out_change_nothing(seed, with_areas, step):
    rng = np.random.default_rng(seed)
    offers, wishes = people(25, rng, capacity=(0, 4)), people(30, rng, capacity=(0, 4))
    given_too = {"forbidden": rng.integers(0, 25, (6, 2)), "waiting": True}
    given_too |= areas_for(rng, 25) if with_areas else {}
    price = Shared(wishes, step, forbidden=given_too["forbidden"])
    alone = solve_all(offers, wishes, first=1, **given_too)
    together = solve_all(offers, wishes, first=1, price=price, **given_too)
    assert price.passes == alone.passes == together.passes
    for name in ("left", "right", "score"):
        assert getattr(alone, name).tobytes() == getattr(together, name).tobytes()
    assert alone.solution.potentials.tobytes() == together.solution.potentials.tobytes()
    verify_all(together, offers, wishes, price=price, **given_too)
    assert price.passes == alone.passes + 1


def test_what_a_pass_raises_ends_the_work_and_what_it_finds_is_believed():
    rng = np.random.default_rng(9)
    offers, wishes = people(60, rng, thin=False), people(60, rng, thin=False)

    def stopped(*_, **__):
        raise KeyError

    with pytest.raises(KeyError):
        solve_all(offers, wishes, price=stopped)
    best = solve_all(offers, wishes)
    zero = np.zeros(60, np.int64)
    some = improving_pairs(offers, wishes, zero, zero, most=1)
    with pytest.raises(NotOptimal, match="would make it better"):
        verify_all(best, offers, wishes, price=lambda *_, **__: some)


def test_a_worse_choice_is_refused():
    rng = np.random.default_rng(6)
    offers, wishes = people(60, rng, thin=False), people(60, rng, thin=False)
    best = solve_all(offers, wishes)
    fewer = replace(best, left=best.left[1:], right=best.right[1:], score=best.score[1:])
    with pytest.raises(NotOptimal):
        verify_all(fewer, offers, wishes)
    with pytest.raises(NotOptimal, match="another score"):
        verify_all(replace(best, score=best.score + 1), offers, wishes)
    pairs, first = feasible_pairs(offers, wishes), int(best.left[0])
    suited = set(pairs.right[pairs.left == first].tolist())
    stranger = next(j for j in range(60) if j not in suited and wishes.capacity[j] > 0)
    right = best.right.copy()
    right[0] = stranger
    with pytest.raises(NotOptimal, match="not feasible"):
        verify_all(replace(best, right=right), offers, wishes)


def test_a_better_pair_that_was_never_listed_is_found():
    rng = np.random.default_rng(7)
    offers, wishes = people(120, rng, thin=False), people(120, rng, thin=False)
    pairs = feasible_pairs(offers, wishes, best=1)
    few = solve(pairs.left, pairs.right, pairs.score, offers.capacity, wishes.capacity)
    best = solve_all(offers, wishes)
    assert (few.count, few.score) < (best.solution.count, best.solution.score)
    chosen = few.chosen
    partial = replace(
        best, left=pairs.left[chosen], right=pairs.right[chosen], score=pairs.score[chosen], solution=few
    )
    with pytest.raises(NotOptimal, match=r"would make it better|is not chosen but"):
        verify_all(partial, offers, wishes)


def test_nobody_at_all():
    rng = np.random.default_rng(8)
    offers, wishes = people(0, rng), people(4, rng)
    best = solve_all(offers, wishes)
    assert len(best.left) == 0
    verify_all(best, offers, wishes)
