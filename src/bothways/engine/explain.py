"""Reasons: why two people were put together, and why somebody was left over and what would help."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bothways.engine.arrays import Bool, Int8, Int32, Int64, Integers, integers, within
from bothways.engine.candidates import RULES, Rule, forbidden_codes
from bothways.engine.kernels import band, compare, metres, rows_of, ways_to_meet
from bothways.engine.people import IN_PERSON, LETTER, People, bits_of
from bothways.engine.sieve import conclude, counters, others_of, sift

LEAST_FLOOR: Final = 3
# Distance bands of `PairReasons.distance_band`: below 2, 5, 10, 20, 50 km, further.
DISTANCE_BANDS_KM: Final = (2, 5, 10, 20, 50, None)

REASONS: Final = (
    "nobody_yet",
    "nobody_language",
    "nobody_needs",
    "nobody_mode",
    "nobody_near",
    "nobody_time",
    "all_taken",
)
# From the smallest change to the largest. Dropping a need comes last: it is often there for safety.
HINTS: Final = ("time", "mode", "radius", "learn", "speak", "need")


@dataclass(frozen=True, slots=True)
class PairReasons:
    """What two people share, the same for both. All tuples ascend.

    `both_speak`, `left_learns`, `right_learns`: language numbers (the second: the left person learns and
    the right one speaks; the third the other way round). `times`: bits 0..20 (3 * day + part); empty when
    only letters are usable. `modes`: the bits (1, 2, 4, 8) of the ways to meet that the two can really use.
    `distance_band`: 0..5, an index into `DISTANCE_BANDS_KM`, or None when they would not meet in person.
    `interests`: bits 0..63.
    """

    both_speak: tuple[int, ...]
    left_learns: tuple[int, ...]
    right_learns: tuple[int, ...]
    times: tuple[int, ...]
    modes: tuple[int, ...]
    distance_band: int | None
    interests: tuple[int, ...]


def explain_pair(offers: People, wishes: People, left: int, right: int) -> PairReasons:
    """Say what the left person `left` and the right person `right` share.

    Parameters
    ----------
    offers, wishes : People
        The two sides as given to `feasible_pairs`.
    left, right : int
        Indices into them. Negative indices are refused.

    Returns
    -------
    PairReasons
        Plain codes and numbers; no name and no place. A pair that is not feasible is described too.

    Raises
    ------
    ValueError
        For an index out of range or differing numbers of language words.
    """
    within(np.array([left]), "left", len(offers), "the length of offers")
    within(np.array([right]), "right", len(wishes), "the length of wishes")
    _check_words(offers, wishes)
    a, b = rows_of(offers.take(np.array([left])))[0], rows_of(wishes.take(np.array([right])))[0]
    modes = int(ways_to_meet(a, b))
    talking = modes & ~LETTER
    return PairReasons(
        both_speak=bits_of(a["speak"] & b["speak"]),
        left_learns=bits_of(a["learn"] & b["speak"]),
        right_learns=bits_of(a["speak"] & b["learn"]),
        times=bits_of(np.array([a["times"] & b["times"]], np.uint64)) if talking else (),
        modes=tuple(1 << bit for bit in bits_of(np.array([modes], np.uint64))),
        distance_band=int(band(metres(a, b))) if modes & IN_PERSON else None,
        interests=bits_of(a["interests"] & b["interests"]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class LeftOver:
    """Why each of n people was left over, and what would help; one row each, in the order asked.

    Attributes
    ----------
    reason : int8 (n,)
        Index into `REASONS`.
    value : int32 (n, 6)
        For each kind of `HINTS`, the change: time slot bit; mode bit (1, 2, 4, 8); radius in km; language
        number to learn; language number to speak; need bit to drop. -1 where there is no hint.
    reaches : int32 (n, 6)
        How many people with a free place the change would reach, at least the floor; 0 without a hint.
    smallest : int8 (n,)
        The first kind in `HINTS` that has a hint, -1 if none has.
    """

    reason: Int8
    value: Int32
    reaches: Int32
    smallest: Int8


def explain_left_over(
    people: People,
    others: People,
    who: Integers,
    *,
    rule: Rule = "company",
    taken: Bool | None = None,
    forbidden: Int64 | None = None,
    one_sided: bool = False,
    floor: int = LEAST_FLOOR,
) -> LeftOver:
    """Say for each of `who` why no partner was found, and the smallest change of their own wishes.

    Parameters
    ----------
    people, others : People
        Their own side and the other side.
    who : integers (n,)
        Indices into `people`: those left over. May be empty; repeats are answered each time.
    rule : "company" or "exchange"
        As in `feasible_pairs`.
    taken : bool (len(others),), optional
        True for those of the others who have no free place any more. None: nobody, but a capacity of 0
        always counts as taken. Hints count only people with a free place.
    forbidden : (m, 2) integers, optional
        Pairs (index in `people`, index in `others`) never to propose; as if they did not exist.
    one_sided : bool
        True when `people` and `others` are the same people in the same order (a tandem programme): nobody
        is their own candidate.
    floor : int
        At least so many people must stand behind every hint and every reason; it can be raised above 3,
        never lowered.

    Returns
    -------
    LeftOver

    Raises
    ------
    ValueError
        floor below 3, indices out of range, wrong lengths, unknown rule; names the argument and the index.

    Notes
    -----
    The reason is the first step of this sieve at which fewer than `floor` others are left: all
    (``nobody_yet``); a language (``nobody_language``); needs of both met (``nobody_needs``); a shared mode
    (``nobody_mode``); near enough, or a shared remote mode (``nobody_near``); a shared time, or letters
    (``nobody_time``). If at least `floor` remain to the end they were all matched with somebody else:
    ``all_taken``. "Nobody" thus means "fewer than `floor`": a reason never tells whether one particular
    person exists.

    A hint is one change by itself: one more time slot, one more mode, a larger radius (the smallest of
    `RADIUS_STEPS_KM` that reaches `floor` people), one more language to learn or to speak, one need
    dropped. It counts the people with a free place who become feasible by it. Within a kind the change
    that reaches most is given, ties to the lowest number. Whom it would reach is never said.

    O(n * len(others)) steps of a few nanoseconds, O(len(others)) memory.
    """
    if floor < LEAST_FLOOR:
        raise ValueError(f"floor must be at least {LEAST_FLOOR}, not {floor}")
    if rule not in RULES:
        raise ValueError(f"rule must be one of {sorted(RULES)}, not {rule!r}")
    _check_words(people, others)
    asked = integers(who, "who")
    within(asked, "who", len(people), "the length of people")
    if one_sided and len(people) != len(others):
        raise ValueError("others must be the same people as people when one_sided")
    free = others.capacity > 0
    if taken is not None:
        if taken.dtype != np.bool_ or taken.shape != free.shape:
            raise ValueError(f"taken must be a bool array of length {len(others)}")
        free = free & ~taken
    barred = forbidden_codes(forbidden, len(people), len(others))
    start = np.searchsorted(barred // max(len(others), 1), np.arange(len(people) + 1))
    n = len(asked)
    found = LeftOver(
        np.zeros(n, np.int8),
        np.full((n, 6), -1, np.int32),
        np.zeros((n, 6), np.int32),
        np.full(n, -1, np.int8),
    )
    mine, theirs, width = rows_of(people), rows_of(others), len(others)
    columns, count = others_of(theirs, free), counters(theirs["speak"].shape[1])
    fit, apart = np.empty(width, np.uint8), np.empty(width, np.int64)
    for k, i in enumerate(asked.tolist()):
        known = np.ones(width, dtype=np.bool_)
        known[barred[start[i] : start[i + 1]] % max(width, 1)] = False
        if one_sided:
            known[i] = False
        me = mine[i]
        compare(me, theirs, RULES[rule], fit, apart)
        wishes = int(me["radius"]), int(me["times"]), int(me["modes"]), int(me["needs"])
        sift(wishes, columns, known, RULES[rule], fit, apart, count)
        found.reason[k] = conclude(count, floor, found.value[k], found.reaches[k])
    hinted = found.reaches > 0
    found.smallest[:] = np.where(hinted.any(axis=1), hinted.argmax(axis=1), -1)
    return found


def _check_words(one: People, other: People) -> None:
    if one.language_words != other.language_words:
        raise ValueError("both sides must have as many words of language bits")
