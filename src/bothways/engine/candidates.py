"""Candidates: every pair that both sides' wishes allow, with an integer score and integer metres."""

from typing import Final, Literal, TypeAlias

import numpy as np

from bothways.engine.arrays import Int32, Int64, refuse
from bothways.engine.kernels import COMPANY, EXCHANGE
from bothways.engine.listing import Side, barred, both_sides, count, distances, look, turned, united
from bothways.engine.pairs import Pairs
from bothways.engine.people import People

Rule: TypeAlias = Literal["company", "exchange"]
RULES: Final[dict[str, int]] = {"company": COMPANY, "exchange": EXCHANGE}


def feasible_pairs(
    offers: People,
    wishes: People,
    *,
    rule: Rule = "company",
    best: int | None = None,
    forbidden: Int64 | None = None,
    rows: tuple[int, int] | None = None,
) -> Pairs:
    """List the pairs (one of `offers`, one of `wishes`) that hold for both people.

    A pair is feasible when all of this is true:

    - each says of themselves everything that the other needs (`needs` within the other's `facts`);
    - a language: with ``rule="company"`` one that both speak, or that one speaks and the other learns
      (either direction); with ``rule="exchange"`` each learns something that the other speaks;
    - a usable way to meet among the modes that both named: a letter always is; phone and video with at
      least one shared time; in person with a shared time and a distance within both radii;
    - both have a capacity of at least 1;
    - it is not `forbidden`.

    A further shared mode therefore never makes a pair infeasible.

    Parameters
    ----------
    offers, wishes : People
        The two sides, with the same number of language words. Either may be empty.
    rule : "company" or "exchange"
        The language rule.
    best : int or None
        None lists every pair. K >= 1 lists the union of the K best pairs of each person of either side:
        by score, ties by a fixed scrambling of the two indices (nobody gains by standing early).
    forbidden : (m, 2) integers or None
        Pairs (index in `offers`, index in `wishes`) never to propose; repeats do no harm.
    rows : (first, last) or None
        Only pairs of the left people ``first`` to ``last - 1``, as if there were no others; the indices stay
        those of the whole side. `best_of` puts such parts together.

    Returns
    -------
    Pairs
        Ordered by left, then right. Empty input gives empty columns.

    Raises
    ------
    ValueError
        Unknown rule, best < 1, differing language words, a forbidden index or rows out of range; the message
        names the argument and the index.

    Notes
    -----
    Score (0..700, integer, symmetric): shared times 40, 70, 95, 115, 130, 140, 145, 150 for 1..8 and
    more (0 when only letters are usable); if in person is usable, distance below 2, 5, 10, 20, 50 km
    gives 120, 100, 75, 45, 20; shared interests 40, 70, 90, 105, 115, 120; languages both speak 60, 75,
    80; learned by one and spoken by the other 60, 80, each direction by itself; usable modes 30
    in person, 15 phone, 15 video, 10 letter.

    Deterministic: the same input gives the same bytes on every run and platform.

    Runs on all processors that the process may use; how many they are changes nothing in the answer.
    Memory is O(n + pairs), with `best` O(K n). Time is at worst one test for each two people who are near
    each other or who share both a language and the wish for remote modes. With `best` most of these are
    never looked at: people are kept in trees by place and language, and a branch of which nobody can score
    as much as the K best so far is left out (branch and bound).
    """
    code = rule_code(offers, wishes, rule)
    if best is not None and best < 1:
        raise ValueError(f"best must be at least 1, not {best}")
    n, m = len(offers), len(wishes)
    sides = both_sides(offers, wishes, row_range(rows, n))
    out = forbidden_codes(forbidden, n, m)
    lefts = look(*sides, code, barred(out, n, m), False, min(best or m, m), 0)
    if best is None:
        left = np.repeat(np.arange(n, dtype=np.int32), np.diff(lefts.start))
        return weighed(sides, left, lefts.partner, lefts.value.astype(np.int32))
    rights = look(sides[1], sides[0], code, barred(turned(out, n, m), m, n), True, min(best, n), 0)
    left, right, value = united(lefts, rights)
    return weighed(sides, left, right, value.astype(np.int32))


def count_pairs(
    offers: People, wishes: People, *, rule: Rule = "company", forbidden: Int64 | None = None
) -> int:
    """How many pairs `feasible_pairs` would list for the same arguments, without listing them.

    Raises
    ------
    ValueError
        As `feasible_pairs`.

    Notes
    -----
    Runs on all processors; memory O(n), time one test for each two people who are near each other or who
    share both a language and the wish for remote modes.
    """
    code = rule_code(offers, wishes, rule)
    n, m = len(offers), len(wishes)
    out = barred(forbidden_codes(forbidden, n, m), n, m)
    return count(*both_sides(offers, wishes, (0, n)), code, out)


def weighed(sides: tuple[Side, Side], left: Int32, right: Int32, score: Int32) -> Pairs:
    return Pairs(left, right, score, distances(sides[0].crowd, sides[1].crowd, left, right))


def rule_code(offers: People, wishes: People, rule: str) -> int:
    if rule not in RULES:
        raise ValueError(f"rule must be one of {sorted(RULES)}, not {rule!r}")
    if offers.language_words != wishes.language_words:
        raise ValueError("wishes must have as many words of language bits as offers")
    return RULES[rule]


def row_range(rows: tuple[int, int] | None, n: int) -> tuple[int, int]:
    if rows is None:
        return 0, n
    first, last = rows
    if not 0 <= first <= last <= n:
        raise ValueError(f"rows must be (first, last) with 0 <= first <= last <= {n}, not {rows}")
    return first, last


def forbidden_codes(forbidden: Int64 | None, n: int, m: int) -> Int64:
    if forbidden is None or np.size(forbidden) == 0:
        return np.empty(0, dtype=np.int64)
    array = np.asarray(forbidden)
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):
        raise ValueError("forbidden must be an (m, 2) array of integers")
    array = array.astype(np.int64)
    refuse((array[:, 0] < 0) | (array[:, 0] >= n), "forbidden", f"has a left index outside 0..{n - 1}")
    refuse((array[:, 1] < 0) | (array[:, 1] >= m), "forbidden", f"has a right index outside 0..{m - 1}")
    return np.unique(array[:, 0] * m + array[:, 1])
