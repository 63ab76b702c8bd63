"""Pricing: the feasible pairs that would improve a solution of which only the prices are known."""

from typing import Final

import numpy as np

from bothways.engine.arrays import Int32, Int64, Integers, integers, refuse, within
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
