"""Candidates: every pair that both sides' wishes allow, with an integer score and integer metres."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from bothways.engine.arrays import Int32, Int64, Uint64, refuse
from bothways.engine.best import heaps, keep_best, kept_pairs
from bothways.engine.kernels import (
    BAND_E5,
    COMPANY,
    EXCHANGE,
    REMOTE,
    Grid,
    Index,
    Rows,
    list_all,
    rows_of,
    weigh,
)
from bothways.engine.people import IN_PERSON, WORD_BITS, People
from bothways.engine.sphere import RIGHT_ANGLE_E5

Rule: TypeAlias = Literal["company", "exchange"]
RULES: Final = {"company": COMPANY, "exchange": EXCHANGE}
# With `best`, pairs are listed for so many left people at a time: bounded memory, the same answer.
ROWS_AT_ONCE: Final = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Feasible pairs in a fixed order: by left, then by right; each at most once.

    `left`, `right` are int32 indices into the two sides, `score` int32 >= 0 says how well they fit,
    `metres` int32 is the great-circle distance between the two cells. All have one length.
    """

    left: Int32
    right: Int32
    score: Int32
    metres: Int32

    def __len__(self) -> int:
        return len(self.left)


def feasible_pairs(
    offers: People,
    wishes: People,
    *,
    rule: Rule = "company",
    best: int | None = None,
    forbidden: Int64 | None = None,
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

    Returns
    -------
    Pairs
        Ordered by left, then right. Empty input gives empty columns.

    Raises
    ------
    ValueError
        Unknown rule, best < 1, differing language words, or a forbidden index out of range; the message
        names the argument and the index.

    Notes
    -----
    Score (0..700, integer, symmetric): shared times 40, 70, 95, 115, 130, 140, 145, 150 for 1..8 and
    more (0 when only letters are usable); if in person is usable, distance below 2, 5, 10, 20, 50 km
    gives 120, 100, 75, 45, 20; shared interests 40, 70, 90, 105, 115, 120; languages both speak 60, 75,
    80; learned by one and spoken by the other 60, 80, each direction by itself; usable modes 30
    in person, 15 phone, 15 video, 10 letter.

    Deterministic: the same input gives the same bytes on every run and platform.

    Time is O(n log n) plus one test for each two people who are near each other or who share both a
    language and the wish for remote modes; memory O(n + pairs), with `best` O(K n).
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {sorted(RULES)}, not {rule!r}")
    if best is not None and best < 1:
        raise ValueError(f"best must be at least 1, not {best}")
    if offers.language_words != wishes.language_words:
        raise ValueError("wishes must have as many words of language bits as offers")
    a, b, code = rows_of(offers), rows_of(wishes), RULES[rule]
    order = _grid_order(wishes)
    ordered = b[order]
    index = _index(
        ordered, order, wishes, code, forbidden_codes(forbidden, len(offers), len(wishes)), len(offers)
    )
    rows = np.flatnonzero(offers.capacity > 0)
    if best is None:
        return _weighed(a, b, *list_all(a, ordered, code, index, rows))
    best = min(best, max(len(offers), len(wishes), 1))
    lefts, rights = heaps(len(offers), best), heaps(len(wishes), best)
    for first in range(0, len(rows), ROWS_AT_ONCE):
        part = _weighed(a, b, *list_all(a, ordered, code, index, rows[first : first + ROWS_AT_ONCE]))
        keep_best(part.left, part.right, part.score, lefts, rights)
    return _weighed(a, b, *kept_pairs(lefts, rights))


def _weighed(a: Rows, b: Rows, left: Int32, right: Int32) -> Pairs:
    score, metres = np.empty(len(left), dtype=np.int32), np.empty(len(left), dtype=np.int32)
    weigh(a, b, left, right, score, metres)
    return Pairs(left, right, score, metres)


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


def _index(rows: Rows, order: Int64, wishes: People, rule: int, forbidden: Int64, offers: int) -> Index:
    open_to = wishes.capacity[order] > 0
    in_person, remote = rows["modes"] & IN_PERSON != 0, rows["modes"] & REMOTE != 0
    keys = np.ascontiguousarray(rows["speak"] if rule == EXCHANGE else rows["speak"] | rows["learn"])
    language_start, language_person = _by_language(keys, np.flatnonzero(open_to & remote))
    m = max(len(rows), 1)
    return Index(
        _grid(rows, np.flatnonzero(open_to & in_person)),
        _grid(rows, np.flatnonzero(open_to & in_person & ~remote)),
        language_start,
        language_person,
        keys,
        order,
        np.searchsorted(forbidden // m, np.arange(offers + 1)),
        forbidden % m,
    )


def _band(lat_e5: Int64) -> Int64:
    return (lat_e5 + RIGHT_ANGLE_E5) // BAND_E5


def _grid_order(people: People) -> Int64:
    return np.lexsort((people.lon_e5, _band(people.lat_e5.astype(np.int64))))


def _grid(rows: Rows, some: Int64) -> Grid:
    count = 2 * RIGHT_ANGLE_E5 // BAND_E5 + 1
    start = np.searchsorted(_band(rows["lat"][some]), np.arange(count + 1)).astype(np.int64)
    return Grid(start, some, rows["lon"][some])


def _by_language(keys: Uint64, rows: Int64) -> tuple[Int64, Int64]:
    """For each language number the rows that have it, ascending, one list after the other."""
    lists: list[Int64] = []
    for word in range(keys.shape[1]):
        mine = keys[rows, word]
        for bit in range(WORD_BITS):
            lists.append(rows[mine >> np.uint64(bit) & np.uint64(1) != 0])
    start = np.cumsum([0] + [len(one) for one in lists])
    return start.astype(np.int64), np.concatenate(lists).astype(np.int64)
