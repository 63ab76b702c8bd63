"""`feasible_pairs` against two plain loops, and against itself turned round."""

import hashlib

import numpy as np
import pytest

from bothways.engine.candidates import feasible_pairs
from bothways.engine.kernels import metres, rows_of
from bothways.engine.tests.helpers import (
    great_circle,
    naive_feasible,
    naive_row,
    naive_score,
    people,
    person,
    together,
)


def naive_pairs(offers, wishes, rule, forbidden=()):
    """(left, right): (score, metres), from two plain loops."""
    a, b = (
        [naive_row(offers, i) for i in range(len(offers))],
        [naive_row(wishes, j) for j in range(len(wishes))],
    )
    found = {}
    for i in range(len(offers)):
        for j in range(len(wishes)):
            apart = int(great_circle(offers, i, wishes, j))
            open_to = offers.capacity[i] > 0 and wishes.capacity[j] > 0 and (i, j) not in forbidden
            if open_to and naive_feasible(a[i], b[j], apart, rule):
                found[i, j] = naive_score(a[i], b[j], apart), apart
    return found


def as_dict(pairs):
    columns = (pairs.left, pairs.right, pairs.score, pairs.metres)
    return {(i, j): (s, d) for i, j, s, d in zip(*(c.tolist() for c in columns), strict=True)}


@pytest.mark.parametrize("rule", ["company", "exchange"])
@pytest.mark.parametrize("seed", range(12))
def test_same_as_two_plain_loops(rule, seed):
    rng = np.random.default_rng(seed)
    words = 6 if seed % 2 else 130
    offers = people(rng.integers(0, 70), rng, words=words, remote=(15, 1, 14, 9)[seed % 4])
    wishes = people(rng.integers(0, 70), rng, words=words)
    forbidden = np.array([(i, j) for i in range(len(offers)) for j in range(len(wishes)) if (i + j) % 5 == 0])
    pairs = feasible_pairs(offers, wishes, rule=rule, forbidden=forbidden)
    assert as_dict(pairs) == naive_pairs(offers, wishes, rule, {tuple(row) for row in forbidden.tolist()})
    order = np.lexsort((pairs.right, pairs.left))
    assert order.tolist() == list(range(len(pairs)))
    assert {c.dtype for c in (pairs.left, pairs.right, pairs.score, pairs.metres)} == {np.dtype(np.int32)}


def test_the_grid_loses_nobody_anywhere_on_the_globe():
    rng = np.random.default_rng(3)
    lat = np.r_[rng.integers(-9_000_000, 9_000_001, 300), rng.choice([-9_000_000, 8_999_000, 0], 200)]
    lon = np.r_[
        rng.integers(-18_000_000, 18_000_001, 300), rng.choice([-18_000_000, 18_000_000, 17_999_000], 200)
    ]
    one = person(modes=1)
    everywhere = together(*[one] * 500)
    for name, column in (("lat_e5", lat), ("lon_e5", lon)):
        getattr(everywhere, name)[:] = column
    everywhere.radius_m[:] = rng.choice([5_000, 100_000, 3_000_000, 20_100_000], 500)
    pairs = feasible_pairs(everywhere, everywhere)
    rows = rows_of(everywhere)
    expected = [
        (i, j)
        for i in range(500)
        for j in range(500)
        if metres(rows[i], rows[j]) <= min(everywhere.radius_m[i], everywhere.radius_m[j])
    ]
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == expected


def test_metres_are_great_circle_metres():
    rng = np.random.default_rng(4)
    a, b = people(300, rng, spread=3_000_000), people(300, rng, spread=3_000_000)
    near = people(300, rng, spread=30)
    for one, other in ((a, b), (a, near), (near, near)):
        rows, columns = rows_of(one), rows_of(other)
        for k in range(300):
            exact, found = great_circle(one, k, other, 299 - k), metres(rows[k], columns[299 - k])
            assert abs(exact - found) < 1.01
            assert found == metres(columns[299 - k], rows[k])


def test_opposite_ends_of_the_earth():
    north, south = (
        person(lat_e5=9_000_000, radius_m=30_000_000),
        person(lat_e5=-9_000_000, radius_m=30_000_000),
    )
    assert feasible_pairs(north, south).metres.tolist() == [int(np.pi * 6_371_009)]


@pytest.mark.parametrize("seed", range(4))
def test_best_is_the_union_of_both_sides_best(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    offers, wishes = people(80, rng, capacity=(1, 3)), people(60, rng, capacity=(1, 3))
    everything, best = as_dict(feasible_pairs(offers, wishes)), feasible_pairs(offers, wishes, best=3)
    kept = as_dict(best)
    assert kept.items() <= everything.items()
    assert list(kept) == sorted(kept)
    wanted_by = dict.fromkeys(kept, False)
    for side, n in ((0, 80), (1, 60)):
        for who in range(n):
            scores = sorted((s for pair, (s, _) in everything.items() if pair[side] == who), reverse=True)[:3]
            mine = {pair: s for pair, (s, _) in kept.items() if pair[side] == who}
            assert sorted(mine.values(), reverse=True)[: len(scores)] == scores
            for pair, worth in mine.items():
                wanted_by[pair] |= worth >= scores[-1]
    assert all(wanted_by.values())
    assert len(best) <= 3 * 80 + 3 * 60
    assert as_dict(feasible_pairs(offers, wishes, best=1000)) == everything


@pytest.mark.parametrize("rule", ["company", "exchange"])
def test_swapping_the_sides_swaps_the_pairs(rule):
    rng = np.random.default_rng(9)
    offers, wishes = people(90, rng), people(80, rng)
    there, back = feasible_pairs(offers, wishes, rule=rule), feasible_pairs(wishes, offers, rule=rule)
    assert as_dict(there) == {(i, j): what for (j, i), what in as_dict(back).items()}


def test_renaming_people_renames_the_pairs():
    rng = np.random.default_rng(10)
    offers, wishes = people(90, rng), people(80, rng)
    order = rng.permutation(90)
    renamed = as_dict(feasible_pairs(offers.take(order), wishes))
    assert as_dict(feasible_pairs(offers, wishes)) == {(int(order[i]), j): w for (i, j), w in renamed.items()}


def test_somebody_whom_nobody_can_meet_changes_nothing():
    rng = np.random.default_rng(11)
    offers, wishes = people(50, rng, languages=8), people(50, rng, languages=8)
    lonely = together(offers, person(speak=(), learn=()))
    assert as_dict(feasible_pairs(lonely, wishes)) == as_dict(feasible_pairs(offers, wishes))


@pytest.mark.parametrize(
    ("mine", "theirs", "together_at_all"),
    [
        ({}, {}, True),
        ({"times": 2}, {"times": 5}, False),
        ({"times": 2, "modes": 9}, {"times": 5, "modes": 8}, True),
        ({"times": 2, "modes": 10}, {"times": 5, "modes": 10}, True),
        ({"times": 2, "modes": 2}, {"times": 5, "modes": 2}, False),
        ({"lat_e5": 5_300_000}, {}, False),
        ({"lat_e5": 5_300_000, "modes": 5}, {"modes": 5}, True),
        ({"radius_m": 0}, {}, True),
        ({"radius_m": 0}, {"lat_e5": 5_200_100}, False),
        ({"needs": 1}, {}, False),
        ({"needs": 1}, {"facts": 3}, True),
        ({"facts": 1}, {"needs": 1}, True),
        ({"speak": (1,)}, {}, False),
        ({"speak": (1,), "learn": (0,)}, {}, True),
        ({"speak": (1,)}, {"learn": (1,)}, True),
        ({"speak": (), "learn": (3,)}, {"speak": (), "learn": (3,)}, False),
        ({"modes": 0}, {"modes": 15}, False),
        ({"capacity": 0}, {}, False),
    ],
)
def test_each_rule_by_itself(mine, theirs, together_at_all):
    assert len(feasible_pairs(person(**mine), person(**theirs))) == together_at_all


def test_an_exchange_needs_both_directions():
    one = person(speak=(0,), learn=(1,))
    assert len(feasible_pairs(one, person(speak=(1,), learn=(0,)), rule="exchange")) == 1
    assert len(feasible_pairs(one, person(speak=(1,), learn=()), rule="exchange")) == 0
    assert len(feasible_pairs(one, person(speak=(0,), learn=(0,)), rule="exchange")) == 0


def test_nobody_on_a_side():
    nobody, some = people(0, np.random.default_rng(0)), people(5, np.random.default_rng(0))
    for best in (None, 3):
        for offers, wishes in ((nobody, some), (some, nobody), (nobody, nobody)):
            assert len(feasible_pairs(offers, wishes, best=best)) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": "friends"}, "rule must be one of"),
        ({"best": 0}, "best must be at least 1"),
        ({"forbidden": np.array([[0, 0], [0, 5]])}, r"forbidden\[1\] has a right index"),
        ({"forbidden": np.array([[-1, 0]])}, r"forbidden\[0\] has a left index"),
        ({"forbidden": np.array([1, 2])}, r"forbidden must be an \(m, 2\) array"),
        ({"forbidden": np.array([[0.0, 1.0]])}, r"forbidden must be an \(m, 2\) array"),
    ],
)
def test_errors_name_the_argument(change, message):
    with pytest.raises(ValueError, match=message):
        feasible_pairs(person(), person(), **change)


def test_both_sides_need_the_same_languages():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="wishes must have as many words"):
        feasible_pairs(people(3, rng), people(3, rng, words=100))


def test_the_same_bytes_on_every_machine():
    """A fixed fingerprint: a platform that rounded differently would change it."""
    draw = np.arange(400, dtype=np.int64) * 2_654_435_761 % 1_000_003
    everyone = together(*[person(modes=5, radius_m=90_000)] * 400)
    everyone.lat_e5[:] = 5_000_000 + draw % 90_001
    everyone.lon_e5[:] = 900_000 + draw % 100_003
    everyone.times[:] = draw % (1 << 21)
    everyone.interests[:] = draw % 4096
    pairs = feasible_pairs(everyone, everyone, best=15)
    columns = (pairs.left, pairs.right, pairs.score, pairs.metres)
    digest = hashlib.sha256(b"".join(column.astype("<i4").tobytes() for column in columns)).hexdigest()
    assert digest[:16] == "553b3d1677e0ad00"
