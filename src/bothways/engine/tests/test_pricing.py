"""`improving_pairs` against its plain definition, and shared out against one call."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothways.engine.best import scramble
from bothways.engine.candidates import feasible_pairs
from bothways.engine.pricing import best_improving, improving_pairs
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


def without(those, some):
    return replace(those, capacity=np.where(some, 0, those.capacity).astype(np.int32))


def same_bytes(one, other):
    for name in ("left", "right", "score", "metres"):
        a, b = getattr(one, name), getattr(other, name)
        assert (a.dtype, a.tobytes()) == (b.dtype, b.tobytes())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_shared_out_it_is_one_call_to_the_byte(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    n, m = data.draw(st.integers(0, 60)), data.draw(st.integers(0, 60))
    # Few scores and few prices, so that much is settled by the scrambling.
    alike = data.draw(st.booleans())
    offers, wishes = (people(size, rng, languages=2, spread=100 if alike else 60_000) for size in (n, m))
    few = data.draw(
        st.lists(data.draw(st.sampled_from([SMALL, LARGE, NEAR_THE_END])), min_size=1, max_size=3)
    )
    prices = [rng.choice(np.array(few), size).astype(np.int64) for size in (n, m)]
    known = np.argwhere(rng.random((n, m)) < 0.1)
    rest = {
        "forbidden": np.argwhere(rng.random((n, m)) < 0.1),
        "known": (known[:, 0], known[:, 1]),
        "most": data.draw(st.integers(1, 5)),
    }
    edges = [0, *sorted(data.draw(st.lists(st.integers(0, n), max_size=5))), n]
    # Some do not see everybody: whom they missed is looked at once more, against all others.
    parts, missed = [], [np.zeros(n, np.bool_), np.zeros(m, np.bool_)]
    for rows in pairwise(edges):
        gone = [rng.random(size) < 0.1 * data.draw(st.integers(0, 1)) for size in (n, m)]
        here = without(offers, gone[0]), without(wishes, gone[1])
        parts.append(improving_pairs(*here, *prices, rows=rows, **rest))
        missed = [before | now for before, now in zip(missed, gone, strict=True)]
    parts.append(improving_pairs(without(offers, ~missed[0]), wishes, *prices, **rest))
    parts.append(improving_pairs(offers, without(wishes, ~missed[1]), *prices, **rest))
    rng.shuffle(parts)
    expected = improving_pairs(offers, wishes, *prices, **rest)
    same_bytes(best_improving(parts, *prices, most=rest["most"]), expected)
    assert any(len(part) for part in parts) == bool(len(expected))


def test_no_parts_and_wrong_parts():
    zero = np.zeros(2, np.int64)
    assert len(best_improving([], zero, zero, most=1)) == 0
    four = people(4, np.random.default_rng(0), thin=False, capacity=(1, 2))
    some = improving_pairs(four, four, np.zeros(4, np.int64), np.full(4, 9), most=4)
    assert 2 in some.left and 2 in some.right
    with pytest.raises(ValueError, match=r"left.* is outside 0..1"):
        best_improving([some], zero, np.zeros(4, np.int64), most=1)
    with pytest.raises(ValueError, match=r"right.* is outside 0..1"):
        best_improving([some], np.zeros(4, np.int64), zero, most=1)
    with pytest.raises(ValueError, match="most must be"):
        best_improving([some], np.zeros(4, np.int64), np.zeros(4, np.int64), most=0)


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
