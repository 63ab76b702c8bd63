"""The same listing however it is shared out: to threads, to ranges of rows, to a count alone."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from bothways.engine import listing, threads
from bothways.engine.best import best_of, scramble
from bothways.engine.candidates import count_pairs, feasible_pairs
from bothways.engine.crowd import LEAF
from bothways.engine.tests.helpers import people, person, together

COLUMNS = ("left", "right", "score", "metres")


def as_bytes(pairs):
    return [getattr(pairs, name).tobytes() for name in COLUMNS]


def crowds(seed, n=900, m=700, **wanted):
    rng = np.random.default_rng(seed)
    return people(n, rng, capacity=(1, 3), **wanted), people(m, rng, capacity=(1, 3), **wanted)


@pytest.mark.parametrize("best", [None, 4])
@pytest.mark.parametrize("rule", ["company", "exchange"])
def test_the_number_of_threads_changes_nothing(monkeypatch, rule, best):
    monkeypatch.setattr(listing, "BLOCK", 2 * LEAF)  # so that there is work for several
    monkeypatch.setattr(listing, "PAIRS_AT_ONCE", 100)
    offers, wishes = crowds(1)
    answers, counts = [], []
    for number in (1, 2, 3):
        monkeypatch.setattr(threads, "processors", lambda number=number: number)
        answers.append(as_bytes(feasible_pairs(offers, wishes, rule=rule, best=best)))
        counts.append(count_pairs(offers, wishes, rule=rule))
    assert answers[0] == answers[1] == answers[2]
    assert counts[0] == counts[1] == counts[2] > 1000


def test_one_by_one_and_together_give_the_same(monkeypatch):
    offers, wishes = crowds(2)
    together = feasible_pairs(offers, wishes, best=6)
    monkeypatch.setattr(listing, "MOST_TOGETHER", 1)
    assert as_bytes(feasible_pairs(offers, wishes, best=6)) == as_bytes(together)


@pytest.mark.parametrize("seed", range(3))
def test_the_best_by_score_then_scramble_then_the_lower_index(seed):
    offers, wishes = crowds(seed, 300, 200, spread=20_000)
    everything = feasible_pairs(offers, wishes)
    columns = zip(*(getattr(everything, name).tolist() for name in COLUMNS), strict=True)
    rows = [(i, j, score, scramble(i, j)) for i, j, score, _ in columns]
    wanted = set()
    for own, other in ((0, 1), (1, 0)):
        lists = {}
        for row in rows:
            lists.setdefault(row[own], []).append(row)
        for mine in lists.values():
            mine.sort(key=lambda row: (-row[2], -row[3], row[other]))
            wanted |= {row[:2] for row in mine[:5]}
    best = feasible_pairs(offers, wishes, best=5)
    assert list(zip(best.left.tolist(), best.right.tolist(), strict=True)) == sorted(wanted)


@pytest.mark.parametrize("words", [6, 130])
@pytest.mark.parametrize("best", [1, 4, 5000])
def test_parts_put_together_are_the_whole(best, words):
    offers, wishes = crowds(3, 400, 300, words=words)
    forbidden = np.array([(i, (7 * i) % 300) for i in range(400)])
    search = partial(feasible_pairs, offers, wishes, best=best, forbidden=forbidden)
    edges = [0, 0, 1, 130, 399, 400]
    parts = [search(rows=rows) for rows in pairwise(edges)]
    for part, (first, last) in zip(parts, pairwise(edges), strict=True):
        assert ((part.left >= first) & (part.left < last)).all()
    whole = as_bytes(search())
    assert as_bytes(best_of(parts, best, offers=400, wishes=300)) == whole
    assert as_bytes(best_of(parts[::-1], best, offers=400, wishes=300)) == whole


def test_rows_without_best_are_a_part_of_the_listing():
    offers, wishes = crowds(4, 100, 100)
    everything, part = feasible_pairs(offers, wishes), feasible_pairs(offers, wishes, rows=(20, 60))
    inside = (everything.left >= 20) & (everything.left < 60)
    assert inside.any()
    for name in COLUMNS:
        assert (getattr(part, name) == getattr(everything, name)[inside]).all()


def test_nothing_put_together_is_nothing():
    assert len(best_of([], 3, offers=0, wishes=0)) == 0


@pytest.mark.parametrize("rule", ["company", "exchange"])
def test_counting_counts_what_is_listed(rule):
    for seed, words in ((5, 6), (6, 130)):
        offers, wishes = crowds(seed, 300, 200, words=words)
        offers.capacity[::7] = 0
        forbidden = np.array([(i, j) for i in range(0, 300, 2) for j in range(0, 200, 3)])
        found = feasible_pairs(offers, wishes, rule=rule, forbidden=forbidden)
        assert count_pairs(offers, wishes, rule=rule, forbidden=forbidden) == len(found) > 0
    nobody = people(0, np.random.default_rng(0))
    assert count_pairs(nobody, nobody) == 0


def test_many_who_are_all_alike():
    crowd = together(*[person(modes=3)] * 300)
    assert len(feasible_pairs(crowd, crowd)) == count_pairs(crowd, crowd) == 300 * 300
    best = feasible_pairs(crowd, crowd, best=2)
    assert (np.bincount(best.left) >= 2).all() and (np.bincount(best.right) >= 2).all()


def test_the_radius_is_kept_to_the_metre():
    rng = np.random.default_rng(8)
    here, there = together(*[person()] * 200), together(*[person(radius_m=10_000_000)] * 200)
    there.lat_e5[:] = rng.integers(-9_000_000, 9_000_001, 200)
    there.lon_e5[:] = rng.integers(-18_000_000, 18_000_001, 200)
    there.lat_e5[:100] = 5_200_000 + rng.integers(-3_000, 3_000, 100)
    there.lon_e5[:100] = 1_300_000 + rng.integers(-3_000, 3_000, 100)
    here.radius_m[:] = there.radius_m[:] = 30_000_000
    metres = feasible_pairs(here, there, rows=(0, 1)).metres
    assert len(metres) == 200
    for less, expected in ((0, True), (1, False)):
        here.radius_m[:] = np.maximum(metres - less, 0)
        found = feasible_pairs(here, there)
        own = found.right[found.left == found.right]
        assert (np.isin(np.arange(200), own) == (expected | (metres == 0))).all()


@pytest.mark.parametrize("rows", [(-1, 2), (0, 4), (3, 2)])
def test_rows_must_lie_within_the_left_side(rows):
    offers = people(3, np.random.default_rng(0))
    with pytest.raises(ValueError, match="rows must be"):
        feasible_pairs(offers, offers, rows=rows)


def test_parts_must_belong_to_the_sides():
    offers, wishes = crowds(7, 50, 40)
    part = feasible_pairs(offers, wishes, best=2)
    with pytest.raises(ValueError, match=r"left.* is outside 0..9"):
        best_of([part], 2, offers=10, wishes=40)
    with pytest.raises(ValueError, match=r"right.* is outside 0..9"):
        best_of([part], 2, offers=50, wishes=10)
    with pytest.raises(ValueError, match="best must be at least 1"):
        best_of([part], 0, offers=50, wishes=40)
