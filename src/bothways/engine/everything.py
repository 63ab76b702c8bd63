"""The best set of pairs over all feasible pairs, most of which are never listed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeAlias

import numpy as np

from bothways.engine.arrays import Int32, Int64, Integers
from bothways.engine.candidates import RULES, Rule, feasible_pairs, forbidden_codes
from bothways.engine.joining import join
from bothways.engine.kernels import languages_fit, rows_of, ways_to_meet
from bothways.engine.ordering import by_left
from bothways.engine.pairs import Pairs
from bothways.engine.people import People
from bothways.engine.pricing import improving_pairs
from bothways.engine.problem import Count, Problem, problem
from bothways.engine.reach import work
from bothways.engine.residual import closed_areas
from bothways.engine.solve import Solution, Solved, of_choice, solved
from bothways.engine.verify import NotOptimal, verify
from bothways.engine.weights import Weights, lexicographic_weights

# So many pairs of each person make the first problem; so many improving ones of each join it at a time.
FIRST: Final = 20
MORE: Final = 5
Areas: TypeAlias = tuple[Integers | None, Integers | None, Integers | None]


class Price(Protocol):
    """One pass over all feasible pairs: gives what `improving_pairs` gives for these arguments, to the byte.

    `offers` are the left people with a capacity of 0 where an area has no room. For whoever shares a pass out
    (see `best_improving`); wishes, rule and forbidden pairs are those of the whole call, which it knows.
    """

    def __call__(
        self,
        offers: People,
        left_price: Int64,
        right_price: Int64,
        *,
        known: tuple[Integers, Integers],
        most: int,
    ) -> Pairs: ...


@dataclass(frozen=True, slots=True, eq=False)
class BestOfAll:
    """The best choice over all feasible pairs.

    `left`, `right`, `score` (int32) are the chosen pairs by left, then right. `solution` says of them what
    `solve` says (its `chosen` are all of them), and its potentials prove the choice against *all* feasible
    pairs. `passes` is how often all feasible pairs were priced, `added` how many of them joined the problem.
    """

    left: Int32
    right: Int32
    score: Int32
    solution: Solution
    passes: int
    added: int


def solve_all(
    offers: People,
    wishes: People,
    *,
    rule: Rule = "company",
    forbidden: Int64 | None = None,
    left_area: Integers | None = None,
    area_parent: Integers | None = None,
    area_capacity: Integers | None = None,
    waiting: bool = False,
    count: Count = "people",
    first: int = FIRST,
    listed: Pairs | None = None,
    before_pass: Callable[[int], None] | None = None,
    price: Price | None = None,
) -> BestOfAll:
    """Choose the set of pairs that is best over all feasible pairs, and prove it.

    Parameters
    ----------
    offers, wishes, rule, forbidden
        As in `feasible_pairs`; capacities and days waited are those of the people.
    left_area, area_parent, area_capacity, count
        As in `solve`.
    waiting : bool
        Whether the days waited are the second aim.
    first : int
        How many of each person's best pairs the search begins with, >= 1; it decides the time, not the worth
        of the answer.
    listed : Pairs, optional
        Feasible pairs to begin with instead, such as those listed elsewhere: as `feasible_pairs` gives them
        with any `best`, so each person's best pair is among them.
    before_pass : callable, optional
        Called before the first solve and before each pass over all feasible pairs with its number, from 0.
        What it raises ends the work.
    price : Price, optional
        Does each pass over all feasible pairs in place of `improving_pairs`. What it raises ends the work.

    Returns
    -------
    BestOfAll

    Raises
    ------
    ValueError
        As `feasible_pairs` and `solve` do.

    Notes
    -----
    Column generation (Dantzig and Wolfe) with exact steps: the problem with everybody's best pairs is solved;
    its prices tell in one pass over all feasible pairs, without listing them, which of those could improve
    the choice (`improving_pairs`); these join the problem, which is solved anew from the choice and the
    prices that there are (`join`). When a pass finds none, the prices prove the choice best over all feasible
    pairs. Chosen pairs are left out of the pricing: they may be worth more than their prices. Each pass that
    adds pairs makes the known problem larger, so the passes end.

    Memory is that of `solve` on the first problem.
    """
    areas = left_area, area_parent, area_capacity
    offers = _open(offers, wishes, areas)
    pairs = listed
    if pairs is None:
        pairs = feasible_pairs(offers, wishes, rule=rule, best=first, forbidden=forbidden)
    tell = before_pass or (lambda number: None)
    price = price or _here(wishes, rule, forbidden)
    tell(0)
    days = (offers.waiting_days, wishes.waiting_days) if waiting else None
    rooms = offers.capacity, wishes.capacity
    given = problem(pairs.left, pairs.right, pairs.score, *rooms, *areas, days, count)
    weights = lexicographic_weights(given)
    state = solved(given, weights)
    at = work(given.left_people + given.right_people + given.areas)
    passes, added = 0, 0
    while True:
        passes += 1
        tell(passes)
        left_price, right_price = state.prices()
        used = np.flatnonzero(state.flow.used)
        known = state.left_at[state.net.left[used]], state.right_at[state.net.right[used]]
        more = price(offers, left_price, right_price, known=known, most=MORE)
        if not len(more):
            break
        state = join(given, state, more, weights, at)
        added += len(more)
    return _answer(given, state, passes, added, weights)


def _here(wishes: People, rule: Rule, forbidden: Int64 | None) -> Price:
    """A pass in this process, for everybody at once."""

    def price(
        offers: People,
        left_price: Int64,
        right_price: Int64,
        *,
        known: tuple[Integers, Integers],
        most: int,
    ) -> Pairs:
        return improving_pairs(
            offers, wishes, left_price, right_price, rule=rule, forbidden=forbidden, known=known, most=most
        )

    return price


def _open(offers: People, wishes: People, areas: Areas) -> People:
    """The left people, those in areas without room with a capacity of 0: nobody looks for their pairs."""
    empty = problem([], [], [], offers.capacity, wishes.capacity, *areas, None, "people")
    if not empty.areas:
        return offers
    shut = closed_areas(empty)[empty.left_area]
    return replace(offers, capacity=np.where(shut, 0, offers.capacity).astype(np.int32))


def _answer(given: Problem, state: Solved, passes: int, added: int, weights: Weights) -> BestOfAll:
    used = np.flatnonzero(state.flow.used)
    lefts, rights = state.left_at[state.net.left[used]], state.right_at[state.net.right[used]]
    order = by_left(lefts, rights)
    left, right = lefts[order].astype(np.int32), rights[order].astype(np.int32)
    score = state.net.score[used][order]
    chosen = replace(given, left=left, right=right, score=score)
    solution = of_choice(chosen, np.arange(len(left)), state.potentials(), weights)
    return BestOfAll(left, right, score, solution, passes, added)


def verify_all(
    best: BestOfAll,
    offers: People,
    wishes: People,
    *,
    rule: Rule = "company",
    forbidden: Int64 | None = None,
    left_area: Integers | None = None,
    area_parent: Integers | None = None,
    area_capacity: Integers | None = None,
    waiting: bool = False,
    count: Count = "people",
    price: Price | None = None,
) -> None:
    """Check that `best` is feasible, adds up, and is the best over all feasible pairs; return None or raise.

    Parameters
    ----------
    best : BestOfAll
    others
        As given to `solve_all`.

    Raises
    ------
    NotOptimal
        A subclass of ValueError: what is wrong, as `verify` says it, or the pair that would be better.
    ValueError
        The problem itself is malformed.

    Notes
    -----
    `verify` checks the chosen pairs together with each person's best pairs (which the weights are measured
    against); then one pass over all feasible pairs asks for one that the prices do not hold down. The listing
    is the engine's own, so this trusts `feasible_pairs` and `improving_pairs` (or `price`) to miss no
    feasible pair; the scores of chosen pairs are compared with the listing of each person's best.
    """
    areas = left_area, area_parent, area_capacity
    offers = _open(offers, wishes, areas)
    _check_choice(best, offers, wishes, rule, forbidden)
    n, m = len(offers), len(wishes)
    pairs = feasible_pairs(offers, wishes, rule=rule, best=FIRST, forbidden=forbidden)
    mine, theirs = best.left.astype(np.int64) * m + best.right, pairs.left.astype(np.int64) * m + pairs.right
    codes, first = np.unique(np.concatenate([mine, theirs]), return_index=True)
    score = np.concatenate([best.score, pairs.score])[first]
    chosen = np.searchsorted(codes, mine)
    listed = np.isin(theirs, mine)
    if (score[np.searchsorted(codes, theirs[listed])] != pairs.score[listed]).any():
        raise NotOptimal("a chosen pair has another score")
    days = (offers.waiting_days, wishes.waiting_days) if waiting else None
    solution = replace(best.solution, chosen=chosen)
    left, right = codes // max(m, 1), codes % max(m, 1)
    verify(solution, left, right, score, offers.capacity, wishes.capacity, *areas, days, count)
    above = len(solution.potentials) - n - m
    prices = solution.potentials[above : above + n], solution.potentials[above + n :]
    price = price or _here(wishes, rule, forbidden)
    better = price(offers, *prices, known=(best.left, best.right), most=1)
    if len(better):
        raise NotOptimal(f"pair (left {better.left[0]}, right {better.right[0]}) would make it better")


def _check_choice(
    best: BestOfAll, offers: People, wishes: People, rule: Rule, forbidden: Int64 | None
) -> None:
    """Each chosen pair by itself: allowed by the wishes of both."""
    a, b = rows_of(offers.take(best.left.astype(np.int64))), rows_of(wishes.take(best.right.astype(np.int64)))
    barred = set(forbidden_codes(forbidden, len(offers), len(wishes)).tolist())
    for k, (i, j) in enumerate(zip(best.left.tolist(), best.right.tolist(), strict=True)):
        met = not ((a[k]["needs"] & ~b[k]["facts"]) | (b[k]["needs"] & ~a[k]["facts"]))
        suits = met and languages_fit(a[k], b[k], RULES[rule]) and ways_to_meet(a[k], b[k])
        if not suits or i * len(wishes) + j in barred:
            raise NotOptimal(f"pair {k} (left {i}, right {j}) is not feasible")
