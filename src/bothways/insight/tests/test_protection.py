"""The pure part: noise, rounding, what is hidden. No database."""

from __future__ import annotations

import itertools
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothways.insight.noise import JITTER, SPREAD, Cell, Noise, weights
from bothways.insight.protection import (
    SMALLEST,
    STEP,
    TOTAL,
    Groups,
    Node,
    Protected,
    Table,
    protect,
    rounded,
    share,
    shown_from,
    tree,
)

KEY = Noise(bytes(range(32)))
FLAT = Table("waiting", "quarter", 8100)
AREAS = Table("members", "quarter", 8100, adds_up=False)
REGIONS = [("r1", TOTAL), ("r2", TOTAL), ("a", "r1"), ("b", "r1"), ("c", "r1"), ("d", "r2"), ("e", "r2")]


def made(table: Table, places, noise: Noise = KEY, before: Groups | None = None, **counts: int) -> Protected:
    leaves = {place: (number, 7 * number) for place, number in counts.items()}
    return protect(table, tree(places, leaves), noise, before)


leaf_counts = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 400), min_size=1)
keys = st.binary(min_size=32, max_size=32).map(Noise)


def behind(node: Node) -> dict[str, int]:
    """How many people are in each cell."""
    found = {node.place: node.count}
    for child in node.children:
        found |= behind(child)
    return found


@given(leaf_counts, keys)
def test_what_is_shown_is_rounded_and_has_enough_behind_it(counts, noise) -> None:
    for table in (AREAS, FLAT):
        places = REGIONS if table is AREAS else [(leaf, TOTAL) for leaf in "abcde"]
        root = tree(places, {leaf: (number, number) for leaf, number in counts.items()})
        people = behind(root)
        for place, value in protect(table, root, noise).values.items():
            if value is not None:
                assert value % STEP == 0
                assert value >= shown_from()
                assert people[place] >= SMALLEST


@given(leaf_counts, keys)
def test_no_single_hidden_cell_is_left_to_subtraction(counts, noise) -> None:
    found = made(AREAS, REGIONS, noise, **counts)
    shown = {place for place, value in found.values.items() if value is not None}
    parts: dict[str, list[str]] = {}
    for place, parent in REGIONS:
        parts.setdefault(parent, []).append(place)
    for parent, children in parts.items():
        hidden = [one for one in children if one not in shown]
        if parent in shown:
            assert len(hidden) != 1
        else:
            assert len(hidden) == len(children)


def test_the_same_cell_has_the_same_noise_however_it_is_asked() -> None:
    first = made(AREAS, REGIONS, a=300, b=200, c=150, d=90, e=80)
    # The order of the areas, their names and what else is counted make no difference.
    again = made(AREAS, [*REGIONS[1::-1], *REGIONS[:1:-1]], a=300, b=200, c=150, d=90, e=80)
    assert first == again
    fewer = made(AREAS, REGIONS, a=300, b=200, c=150, d=95, e=80)
    assert all(first.values[place] == fewer.values[place] for place in ("r1", "a", "b", "c"))
    assert made(AREAS, REGIONS, Noise(bytes(32)), a=300, b=200, c=150, d=90, e=80) != first
    # One area only is the whole programme: one figure under three names.
    lonely = made(AREAS, [("r", TOTAL), ("a", "r")], a=210).values
    assert len(set(lonely.values())) == 1


def test_another_set_of_people_has_other_noise() -> None:
    cell = Cell("waiting", "month", "quarter", 8100)
    assert KEY.of_cell(cell, 5) == KEY.of_cell(cell, 5)
    assert KEY.of_cell(cell, 5) != KEY.of_cell(cell, 6)
    assert KEY.of_cell(cell, 5) == KEY.of_cell(cell, 5 + 2**32)


def test_the_noise_is_as_wide_as_said_and_lasts_as_said() -> None:
    series = [Noise.of(bytes(32), f"programme {number}") for number in range(1500)]
    now = [one.of_cell(Cell("t", "p", "quarter", 100), 1) for one in series]
    then = [one.of_cell(Cell("t", "p", "quarter", 99), 1) for one in series]
    assert abs(statistics.fmean(now)) < 1
    assert statistics.pstdev(now) == pytest.approx((SPREAD**2 + JITTER**2) ** 0.5, rel=0.06)
    terms = weights("quarter")
    lasting = SPREAD**2 * sum(a * b for a, b in itertools.pairwise(terms))
    assert statistics.correlation(now, then) == pytest.approx(lasting / (SPREAD**2 + JITTER**2), abs=0.04)


def test_a_quarter_with_nobody_in_it_is_hidden() -> None:
    assert set(made(AREAS, REGIONS).values.values()) == {None}
    assert made(FLAT, []).values == {TOTAL: None}


def test_ten_and_nine_look_alike() -> None:
    """An insider who brings nine cannot tell whether there is a tenth by whether the cell is shown."""
    shown = sum(
        made(FLAT, [], Noise.of(bytes(32), f"{number}"), **{TOTAL: 10}).values[TOTAL] is not None
        for number in range(2000)
    )
    assert shown / 2000 < 0.02


def test_an_area_that_moved_is_not_told_by_the_period_before() -> None:
    """c, hidden, moves from r1 to r2: what is left of r1 before and after differs by c, so more is hidden."""
    big = {"a": 300, "b": 280, "d": 300, "e": 290}
    places = [("r1", TOTAL), ("r2", TOTAL), ("a", "r1"), ("b", "r1"), ("x", "r1"), ("c", "r1"), ("y", "r1"),
              ("d", "r2"), ("e", "r2"), ("z", "r2"), ("w", "r2")]  # fmt: skip
    moved = [(place, "r2" if place == "c" else parent) for place, parent in places]
    small = {"x": 4, "y": 6, "c": 5, "z": 3, "w": 2}
    before = made(AREAS, places, **big, **small)
    assert ["c", "x", "y"] in before.groups and ["w", "z"] in before.groups
    plainly = made(AREAS, moved, **big, **small)
    assert ["x", "y"] in plainly.groups and ["c", "w", "z"] in plainly.groups
    after = made(AREAS, moved, before=before.groups, **big, **small)
    for group in after.groups:
        for old in before.groups:
            apart = set(group) ^ set(old)
            assert not (set(group) & set(old) and len(apart) == 1)


def test_shares_come_from_figures_that_are_published() -> None:
    assert share(45, 100) == 45
    assert share(None, 100) is None
    assert share(45, None) is None
    assert share(120, 115) == 100
    assert rounded(2.5) == 5
    assert rounded(-3) == -5
