"""Pricing: the feasible pairs that would improve a solution of which only the prices are known."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from bothways.engine.arrays import Int32, Int64, Integers, integers, refuse, within
from bothways.engine.best import heaps, keep_all, mark_kept
from bothways.engine.candidates import Rule, forbidden_codes, row_range, rule_code, weighed
from bothways.engine.listing import barred, both_sides, look, turned, united
from bothways.engine.pairs import Pairs
from bothways.engine.people import People

LARGEST_PRICE: Final = 2**61


def improving_pairs(
    offers: People,
    wishes: People,
    left_price: Integers,
    right_price: Integers,
    *,
    rule: Rule = "company",
    forbidden: Int64 | None = None,
    known: tuple[Integers, Integers] | None = None,
    most: int,
    rows: tuple[int, int] | None = None,
) -> Pairs:
    """List the feasible pairs with ``score - left_price[left] + right_price[right] > 0``.

    With the prices that `solve` returns for some of the feasible pairs, these are the others that could
    make the solution better. If there is none, the solution is the best over all feasible pairs, and the
    prices prove it.

    Parameters
    ----------
    offers, wishes, rule, forbidden, rows
        As in `feasible_pairs`.
    left_price, right_price : integers (n,), (m,)
        The two sides' prices, within +-2**61.
    known : two arrays of integers (p,), or None
        Left and right indices of pairs to leave out: those that the solution knows already. Quicker when
        they are ordered by left, then right.
    most : int
        K >= 1. For each person of either side the K pairs with the largest reduced score (the sum above)
        are listed, ties as in `feasible_pairs`; the answer is their union.

    Returns
    -------
    Pairs
        Ordered by left, then right; `score` is the score itself, without the prices.

    Raises
    ------
    ValueError
        As `feasible_pairs`; most < 1; prices or known pairs with a wrong length, dtype or range.

    Notes
    -----
    Nobody is listed beyond their K pairs, but if anything improves, at least one such pair is listed for
    each person who has one. So calls repeated with new prices end.

    The search is that of `feasible_pairs`. A branch of the tree is left out when its largest price, the
    person's own and the best possible score add up to 0 or less; people of like price stand together.
    """
    code = rule_code(offers, wishes, rule)
    if most < 1:
        raise ValueError(f"most must be at least 1, not {most}")
    n, m = len(offers), len(wishes)
    here, there = _price(left_price, "left_price", n), _price(right_price, "right_price", m)
    sides = both_sides(offers, wishes, row_range(rows, n), -here, there)
    out = _left_out(forbidden_codes(forbidden, n, m), known, n, m)
    lefts = look(*sides, code, barred(out, n, m), False, min(most, m), 1)
    if (np.diff(lefts.start) < most).all():  # so these are all there are
        left = np.repeat(np.arange(n, dtype=np.int32), np.diff(lefts.start))
        right, value = lefts.partner, lefts.value
    else:
        rights = look(sides[1], sides[0], code, barred(turned(out, n, m), m, n), True, min(most, n), 1)
        left, right, value = united(lefts, rights)
    return weighed(sides, left, right, _score(value, here, there, left, right))


def best_improving(
    parts: Sequence[Pairs], left_price: Integers, right_price: Integers, *, most: int
) -> Pairs:
    """Put lists of improving pairs together, each made by `improving_pairs` for some rows or some people.

    When every two people stood before at least one of the calls, with these prices, this `most` and what was
    left out alike, the answer is to the byte that of one call for everybody. So a pass can be shared out to
    several processes or machines, and what one of them could not see is looked at once more by another.

    Parameters
    ----------
    parts : sequence of Pairs
        In any order; a pair may stand in several of them, everywhere with the same score. May be empty.
        Whoever did not take part in a call stood outside of its `rows` or had a capacity of 0: the indices
        are those of everybody.
    left_price, right_price, most
        As for every part.

    Returns
    -------
    Pairs
        Ordered by left, then right. It is empty if and only if every part is.

    Raises
    ------
    ValueError
        most < 1; prices with a wrong dtype or range; an index of a part outside its side.

    Notes
    -----
    As with `best_of`: a pair among the K best of one of its two people is among these wherever it was looked
    at, and everything listed improves; so nothing is missing, and what is too much is left out here.
    """
    if most < 1:
        raise ValueError(f"most must be at least 1, not {most}")
    n, m = len(left_price), len(right_price)
    here, there = _price(left_price, "left_price", n), _price(right_price, "right_price", m)
    columns = [
        np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, np.int32)])
        for name in ("left", "right", "score", "metres")
    ]
    ends = [column.astype(np.int64) for column in columns[:2]]
    within(ends[0], "left", n, "the number of left prices")
    within(ends[1], "right", m, "the number of right prices")
    once = np.unique(ends[0] * m + ends[1], return_index=True)[1]
    left, right, score, metres = (column[once] for column in columns)
    value = score - here[left] + there[right]
    lefts, rights = heaps(n, min(most, m)), heaps(m, min(most, n))
    keep_all(left, right, value, lefts, rights)
    wanted = np.empty(len(left), np.bool_)
    mark_kept(left, right, value, lefts, rights, wanted)
    return Pairs(left[wanted], right[wanted], score[wanted], metres[wanted])


def _score(value: Int64, here: Int64, there: Int64, left: Int32, right: Int32) -> Int32:
    return (value + here[left] - there[right]).astype(np.int32)


def _price(price: Integers, name: str, length: int) -> Int64:
    array = integers(price, name, length)
    refuse((array > LARGEST_PRICE) | (array < -LARGEST_PRICE), name, "is outside +-2**61")
    return array


def _left_out(forbidden: Int64, known: tuple[Integers, Integers] | None, n: int, m: int) -> Int64:
    """Sorted codes of the pairs that are forbidden or known."""
    if known is None:
        return forbidden
    left = integers(known[0], "known[0]")
    right = integers(known[1], "known[1]", len(left))
    within(left, "known[0]", n, "the length of offers")
    within(right, "known[1]", m, "the length of wishes")
    codes = left * m + right
    if len(forbidden):
        codes = np.concatenate([codes, forbidden])
    if (np.diff(codes) < 0).any():
        codes.sort()
    return codes
