"""Reasons for pairs and for people left over, against one change at a time in plain Python."""

from dataclasses import replace

import numpy as np
import pytest

from bothways.engine.candidates import feasible_pairs
from bothways.engine.explain import DISTANCE_BANDS_KM, HINTS, REASONS, explain_left_over, explain_pair
from bothways.engine.sieve import RADIUS_STEPS_KM
from bothways.engine.tests.helpers import (
    great_circle,
    naive_feasible,
    naive_languages,
    naive_modes,
    naive_row,
    people,
    person,
    together,
)


def test_both_people_get_the_same_reasons():
    rng = np.random.default_rng(1)
    offers, wishes = people(150, rng), people(150, rng)
    pairs = feasible_pairs(offers, wishes)
    assert len(pairs) > 100
    for i, j in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True):
        there, back = explain_pair(offers, wishes, i, j), explain_pair(wishes, offers, j, i)
        assert there == replace(back, left_learns=back.right_learns, right_learns=back.left_learns)
        a, b, apart = naive_row(offers, i), naive_row(wishes, j), great_circle(offers, i, wishes, j)
        assert set(there.modes) == naive_modes(a, b, apart)
        assert there.both_speak == tuple(sorted(a["speak"] & b["speak"]))
        assert there.left_learns == tuple(sorted(a["learn"] & b["speak"]))
        assert there.right_learns == tuple(sorted(b["learn"] & a["speak"]))
        assert there.interests == tuple(sorted(a["interests"] & b["interests"]))
        assert there.times == (tuple(sorted(a["times"] & b["times"])) if set(there.modes) - {8} else ())
        if 1 in there.modes:
            edge = DISTANCE_BANDS_KM[there.distance_band]
            assert edge is None or apart < 1000 * edge + 1
        else:
            assert there.distance_band is None


@pytest.mark.parametrize(
    ("north", "band"), [(0, 0), (1_700, 0), (1_900, 1), (5_000, 2), (10_000, 3), (20_000, 4), (50_000, 5)]
)
def test_distances_are_told_in_bands_only(north, band):
    one, other = person(radius_m=90_000), person(radius_m=90_000, lat_e5=5_200_000 + north)
    assert explain_pair(one, other, 0, 0).distance_band == band


def test_an_unknown_person_is_refused():
    for wrong in (-1, 1):
        with pytest.raises(ValueError, match=r"left\[0\] is outside"):
            explain_pair(person(), person(), wrong, 0)
        with pytest.raises(ValueError, match=r"right\[0\] is outside"):
            explain_pair(person(), person(), 0, wrong)


def changed(row, kind, value):
    """The plain row with one wish changed."""
    if kind == "radius":
        return row | {"radius": 1000 * value}
    if kind == "need":
        return row | {"needs": row["needs"] - {value}}
    name = {"time": "times", "mode": "modes"}.get(kind, kind)
    return row | {name: row[name] | {value}}


def naive_left_over(mine, others, apart, free, rule, floor, languages):
    """(reason, {kind: (value, reached)}) by trying every single change."""
    sieve = [
        lambda b, d: naive_languages(mine, b, rule),
        lambda b, d: mine["needs"] <= b["facts"] and b["needs"] <= mine["facts"],
        lambda b, d: mine["modes"] & b["modes"],
        lambda b, d: (mine["modes"] & b["modes"]) - {1} or d <= min(mine["radius"], b["radius"]),
        lambda b, d: naive_modes(mine, b, d),
    ]
    left, reason = list(range(len(others))), "all_taken"
    for name, test in zip(REASONS, [lambda b, d: True, *sieve], strict=False):
        left = [j for j in left if test(others[j], apart[j])]
        if len(left) < floor:
            reason = name
            break
    now = {j for j in range(len(others)) if naive_feasible(mine, others[j], apart[j], rule)}

    def reached(kind, value):
        then = changed(mine, kind, value)
        return sum(
            naive_feasible(then, others[j], apart[j], rule)
            for j in range(len(others))
            if free[j] and j not in now
        )

    tries = {
        "time": range(21), "mode": (1, 2, 4, 8), "learn": range(languages), "speak": range(languages),
        "need": sorted(mine["needs"]), "radius": [km for km in RADIUS_STEPS_KM if 1000 * km > mine["radius"]],
    }  # fmt: skip
    hints = {}
    for kind, values in tries.items():
        counts = [(value, reached(kind, value)) for value in values]
        enough = [(value, count) for value, count in counts if count >= floor]
        if enough:
            hints[kind] = enough[0] if kind == "radius" else max(enough, key=lambda pair: (pair[1], -pair[0]))
    return reason, hints


@pytest.mark.parametrize("rule", ["company", "exchange"])
@pytest.mark.parametrize("seed", range(4))
def test_same_as_trying_every_change(rule, seed):
    rng = np.random.default_rng(seed)
    side, others = people(25, rng), people(200, rng)
    taken = rng.random(200) < 0.3
    floor = 3 + seed % 2
    forbidden = np.stack([rng.integers(0, 25, 90), rng.integers(0, 200, 90)], axis=1)
    who = rng.integers(0, 25, 12)
    found = explain_left_over(side, others, who, rule=rule, taken=taken, forbidden=forbidden, floor=floor)
    rows = [naive_row(others, j) for j in range(200)]
    seen = set()
    for k, i in enumerate(who.tolist()):
        known = [j for j in range(200) if (forbidden != (i, j)).any(axis=1).all()]
        free = [bool(others.capacity[j] > 0 and not taken[j]) for j in known]
        apart = [int(great_circle(side, i, others, j)) for j in known]
        reason, hints = naive_left_over(
            naive_row(side, i), [rows[j] for j in known], apart, free, rule, floor, 6
        )
        assert REASONS[found.reason[k]] == reason
        told = {
            kind: (int(found.value[k, n]), int(found.reaches[k, n]))
            for n, kind in enumerate(HINTS) if found.reaches[k, n]
        }  # fmt: skip
        assert told == hints
        assert found.smallest[k] == next((n for n, kind in enumerate(HINTS) if kind in hints), -1)
        assert ((found.value[k] == -1) == (found.reaches[k] == 0)).all()
        seen |= {reason, *hints}
    assert len(seen) > 2


FEW = {
    "nobody_language": ({"speak": (5,)}, {}, "speak", 0),
    "nobody_needs": ({"needs": 4}, {}, "need", 2),
    "nobody_mode": ({"modes": 2}, {}, "mode", 1),
    "nobody_near": ({"radius_m": 2_000}, {"lat_e5": 5_204_000}, "radius", 5),
    "nobody_time": ({"times": 2}, {}, "time", 0),
}


@pytest.mark.parametrize("reason", FEW)
def test_each_reason_and_the_hint_that_goes_with_it(reason):
    mine, theirs, kind, value = FEW[reason]
    for many in (2, 3, 4):
        found = explain_left_over(person(**mine), together(*[person(**theirs)] * many), [0])
        if many < 3:
            assert REASONS[found.reason[0]] == "nobody_yet"
            assert (found.reaches == 0).all()
        else:
            assert REASONS[found.reason[0]] == reason
            hint = HINTS.index(kind)
            assert (found.value[0, hint], found.reaches[0, hint]) == (value, many)


def test_no_hint_and_no_reason_rests_on_fewer_than_the_floor():
    """Two others more or less change nothing that is told: neither hints nor reasons point at them."""
    crowd = together(*[person(speak=(7,))] * 5)
    for rare in ({}, {"times": 2}, {"lat_e5": 5_204_000}, {"modes": 8}, {"needs": 1}):
        for many in (1, 2):
            told = explain_left_over(person(radius_m=2_000), together(crowd, *[person(**rare)] * many), [0])
            plain = explain_left_over(person(radius_m=2_000), crowd, [0])
            assert told.reason.tolist() == plain.reason.tolist()
            assert told.value.tolist() == plain.value.tolist()


def test_the_floor_can_only_be_raised():
    others = together(*[person(times=2)] * 4)
    hint = HINTS.index("time")
    assert explain_left_over(person(), others, [0], floor=4).reaches[0, hint] == 4
    assert explain_left_over(person(), others, [0], floor=5).reaches[0, hint] == 0
    for low in (2, 0, -1):
        with pytest.raises(ValueError, match="floor must be at least 3"):
            explain_left_over(person(), others, [0], floor=low)


def test_all_taken_and_who_has_a_free_place():
    others = together(*[person()] * 4)
    for taken in (np.ones(4, dtype=bool), np.zeros(4, dtype=bool), None):
        assert REASONS[explain_left_over(person(), others, [0], taken=taken).reason[0]] == "all_taken"
    far = together(*[person(times=2)] * 4)
    taken = np.array([True, False, False, False])
    assert explain_left_over(person(), far, [0], taken=taken).reaches[0].max() == 3
    assert explain_left_over(person(), far, [0], taken=~taken).reaches[0].max() == 0
    full = together(*[person(times=2, capacity=0)] * 4)
    assert explain_left_over(person(), full, [0]).reaches[0].max() == 0


def test_nobody_is_their_own_candidate():
    circle = together(*[person()] * 3)
    assert REASONS[explain_left_over(circle, circle, [0], one_sided=True).reason[0]] == "nobody_yet"
    assert REASONS[explain_left_over(circle, circle, [0]).reason[0]] == "all_taken"


def test_nobody_asked_and_nobody_there():
    nobody = people(0, np.random.default_rng(0))
    assert len(explain_left_over(person(), person(), []).reason) == 0
    assert len(explain_left_over(nobody, person(), []).reason) == 0
    assert REASONS[explain_left_over(person(), nobody, [0]).reason[0]] == "nobody_yet"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"who": [0, 1]}, r"who\[1\] is outside"),
        ({"rule": "friends"}, "rule must be one of"),
        ({"taken": np.zeros(2, dtype=bool)}, "taken must be a bool array of length 1"),
        ({"taken": np.zeros(1)}, "taken must be a bool array of length 1"),
        ({"forbidden": np.array([[0, 9]])}, r"forbidden\[0\] has a right index"),
        ({"others": people(2, np.random.default_rng(0)), "one_sided": True}, "the same people"),
        ({"others": people(2, np.random.default_rng(0), words=70)}, "as many words"),
    ],
)
def test_errors_name_the_argument(change, message):
    with pytest.raises(ValueError, match=message):
        explain_left_over(**{"people": person(), "others": person(), "who": [0]} | change)
