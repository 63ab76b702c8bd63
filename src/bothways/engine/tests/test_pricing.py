"""`improving_pairs` against its plain definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothways.engine.best import scramble
from bothways.engine.candidates import feasible_pairs
from bothways.engine.pricing import improving_pairs
from bothways.engine.solve import solve
from bothways.engine.tests.helpers import people

SMALL = st.integers(-400, 400)
LARGE = st.integers(-(2**61), 2**61)
NEAR_THE_END = st.sampled_from([2**61, 2**61 - 300, -(2**61), -(2**61) + 300])


def plainly(pairs, left_price, right_price, known, most):
    """(left, right): score, from Python's unlimited integers."""
    columns = zip(pairs.left.tolist(), pairs.right.tolist(), pairs.score.tolist(), strict=True)
    reduced = {
        (i, j): (score - left_price[i] + right_price[j], score)
        for i, j, score in columns
        if (i, j) not in known and score - left_price[i] + right_price[j] > 0
    }
    wanted = set()
    for own, other in ((0, 1), (1, 0)):
        lists = {}
        for pair in reduced:
            lists.setdefault(pair[own], []).append(pair)
        for mine in lists.values():
            mine.sort(key=lambda pair: (-reduced[pair][0], -scramble(*pair), pair[other]))
            wanted |= set(mine[:most])
    return {pair: reduced[pair][1] for pair in sorted(wanted)}


def as_dict(pairs):
    found = {
        (i, j): score
        for i, j, score in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.score.tolist(), strict=True)
    }
    assert len(found) == len(pairs)
    assert list(found) == sorted(found)
    return found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_same_as_the_plain_definition(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    n, m = data.draw(st.integers(0, 90)), data.draw(st.integers(0, 90))
    words = data.draw(st.sampled_from([6, 130]))
    offers, wishes = people(n, rng, words=words), people(m, rng, words=words)
    prices = data.draw(st.sampled_from([SMALL, LARGE, NEAR_THE_END]))
    few = data.draw(st.lists(prices, min_size=1, max_size=12))
    left_price, right_price = (rng.choice(np.array(few), size).astype(np.int64) for size in (n, m))
    rule, most = data.draw(st.sampled_from(["company", "exchange"])), data.draw(st.integers(1, 5))
    forbidden = np.argwhere(rng.random((n, m)) < 0.1)
    known = np.argwhere(rng.random((n, m)) < 0.2)
    if data.draw(st.booleans()):
        rng.shuffle(known)
    everything = feasible_pairs(offers, wishes, rule=rule, forbidden=forbidden)
    found = improving_pairs(
        offers, wishes, left_price, right_price, rule=rule, forbidden=forbidden,
        known=(known[:, 0], known[:, 1]), most=most,
    )  # fmt: skip
    barred = {tuple(pair) for pair in known.tolist()}
    assert as_dict(found) == plainly(everything, left_price.tolist(), right_price.tolist(), barred, most)


def test_metres_are_those_of_the_listing():
    rng = np.random.default_rng(1)
    offers, wishes = people(60, rng), people(60, rng)
    zero = np.zeros(60, np.int64)
    everything = feasible_pairs(offers, wishes)
    found = improving_pairs(offers, wishes, zero, zero, most=60)
    positive = everything.score > 0
    for name in ("left", "right", "score", "metres"):
        assert (getattr(found, name) == getattr(everything, name)[positive]).all()


def test_rows_are_a_part():
    rng = np.random.default_rng(2)
    offers, wishes = people(90, rng, capacity=(1, 3)), people(90, rng, capacity=(1, 3))
    left_price, right_price = rng.integers(0, 300, 90), rng.integers(0, 300, 90)
    part = improving_pairs(offers, wishes, left_price, right_price, most=90, rows=(30, 50))
    whole = as_dict(improving_pairs(offers, wishes, left_price, right_price, most=90))
    assert as_dict(part) == {pair: score for pair, score in whole.items() if 30 <= pair[0] < 50}
    assert len(part)


def test_repeated_until_nothing_improves_it_is_the_best_over_all_pairs():
    rng = np.random.default_rng(3)
    offers, wishes = people(120, rng, capacity=(1, 3)), people(100, rng, capacity=(1, 3))
    waiting = offers.waiting_days, wishes.waiting_days
    pairs = feasible_pairs(offers, wishes, best=1)
    left, right, score = (column.astype(np.int64) for column in (pairs.left, pairs.right, pairs.score))
    for _ in range(100):
        found = solve(left, right, score, offers.capacity, wishes.capacity, waiting=waiting)
        prices = found.potentials[1:121], found.potentials[121:]
        more = improving_pairs(offers, wishes, *prices, known=(left, right), most=2)
        if not len(more):
            break
        columns = ((left, more.left), (right, more.right), (score, more.score))
        left, right, score = (np.concatenate(both) for both in columns)
    everything = feasible_pairs(offers, wishes)
    best = solve(
        everything.left, everything.right, everything.score, offers.capacity, wishes.capacity, waiting=waiting
    )
    assert not len(more)
    assert (found.count, found.waiting, found.score) == (best.count, best.waiting, best.score)
    assert len(left) < len(everything)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"most": 0}, "most must be at least 1"),
        ({"left_price": np.zeros(3, np.int64)}, "left_price has length 3, expected 4"),
        ({"right_price": np.array([0, 0, 2**61 + 1, 0])}, r"right_price\[2\] is outside"),
        ({"right_price": np.zeros(4)}, "right_price must hold integers"),
        ({"known": (np.array([0, 4]), np.array([0, 0]))}, r"known\[0\]\[1\] is outside 0..3"),
        ({"known": (np.array([0, 1]), np.array([0]))}, r"known\[1\] has length 1, expected 2"),
        ({"rule": "friends"}, "rule must be one of"),
        ({"rows": (0, 5)}, "rows must be"),
    ],
)
def test_errors_name_the_argument(change, message):
    four = people(4, np.random.default_rng(0))
    zero = np.zeros(4, np.int64)
    wanted = {"left_price": zero, "right_price": zero, "most": 1} | change
    with pytest.raises(ValueError, match=message):
        improving_pairs(four, four, wanted.pop("left_price"), wanted.pop("right_price"), **wanted)
