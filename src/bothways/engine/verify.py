"""A check of optimality that shares no step with the solver and can be read in one sitting."""

from typing import NoReturn

import numpy as np

from bothways.engine.arrays import Bool, Int64, Integers
from bothways.engine.problem import LARGEST, Count, Problem, problem
from bothways.engine.solve import Solution


class NotOptimal(ValueError):
    """The solution breaks a rule or its certificate does not hold; the message says where."""


def verify(
    solution: Solution,
    left: Integers,
    right: Integers,
    score: Integers,
    left_capacity: Integers,
    right_capacity: Integers,
    left_area: Integers | None = None,
    area_parent: Integers | None = None,
    area_capacity: Integers | None = None,
    waiting: tuple[Integers, Integers] | None = None,
    count: Count = "people",
    reached: tuple[Bool, Bool] | None = None,
) -> None:
    """Check that `solution` is feasible, adds up, and is optimal; return None or raise.

    Parameters
    ----------
    solution : Solution
        Any object with ``chosen``, ``count``, ``waiting``, ``score``, ``potentials``, ``weights``.
    others
        The problem, exactly as given to `solve`.

    Raises
    ------
    NotOptimal
        A subclass of ValueError. Names the pair, person or area at which a rule is broken.
    ValueError
        The problem itself is malformed.

    Notes
    -----
    Let ``price`` be the potentials (hub, areas, left people, right people; the hub's is 0). Every pair
    (i, j) has a reduced score ``score - price[i] + price[j]``. The proof is complementary slackness:

    - chosen pairs have a reduced score >= 0, pairs not chosen have one <= 0;
    - the same for the step from a person's area (or the hub) to a left person, from a right person to
      the hub, and from an area to the area above: in use means >= 0, room left means <= 0. The first
      partner's step carries ``unit + day * days waited`` (``unit`` moves from the people to the pairs for
      ``count="pairs"``), the steps of further partners carry nothing; nor do those of people reached already.

    By linear programming duality nothing feasible has a larger weighted sum. The weights are checked
    too: each must outweigh all that the lower aims can change along one cycle (see
    `weights.lexicographic_weights`), which makes the weighted optimum the lexicographic one.

    One pass over the pairs, O(pairs + people + areas). Different potentials can prove the same choice.
    """
    given = problem(
        left,
        right,
        score,
        left_capacity,
        right_capacity,
        left_area,
        area_parent,
        area_capacity,
        waiting,
        count,
        reached,
    )
    taken = _taken(given, solution)
    left_degree = np.bincount(given.left[taken], minlength=given.left_people)
    right_degree = np.bincount(given.right[taken], minlength=given.right_people)
    load = _area_loads(given, left_degree)
    _first(left_degree > given.left_capacity, "left person {} has more partners than their capacity")
    _first(right_degree > given.right_capacity, "right person {} has more partners than their capacity")
    _first(load > given.area_capacity, "area {} holds more pairs than its capacity")
    _check_totals(given, solution, taken, left_degree, right_degree)
    _check_weights(given, solution)
    _check_prices(given, solution, taken, left_degree, right_degree, load)


def _first(wrong: Bool, message: str) -> None:
    if wrong.any():
        _refuse(message.format(int(np.argmax(wrong))))


def _refuse(message: str) -> NoReturn:
    raise NotOptimal(message)


def _taken(given: Problem, solution: Solution) -> Bool:
    chosen = np.asarray(solution.chosen)
    if chosen.ndim != 1 or not np.issubdtype(chosen.dtype, np.integer):
        _refuse("chosen must be a one-dimensional array of integers")
    _first((chosen < 0) | (chosen >= len(given.left)), "chosen[{}] is not the index of a pair")
    _first(np.diff(chosen) <= 0, "chosen is not ascending after position {}")
    taken = np.zeros(len(given.left), dtype=np.bool_)
    taken[chosen] = True
    return taken


def _area_loads(given: Problem, left_degree: Int64) -> Int64:
    """Pairs in each area and all below it: each area's own pairs walk up to the root."""
    load = np.zeros(given.areas, dtype=np.int64)
    if not given.areas:
        return load
    own = np.bincount(given.left_area, weights=left_degree, minlength=given.areas).astype(np.int64)
    at = np.arange(given.areas)
    while (at >= 0).any():
        np.add.at(load, at[at >= 0], own[at >= 0])
        at = np.where(at >= 0, given.area_parent[at], -1)
    return load


def _check_totals(
    given: Problem, solution: Solution, taken: Bool, left_degree: Int64, right_degree: Int64
) -> None:
    lefts, rights = (left_degree > 0) & ~given.left_reached, (right_degree > 0) & ~given.right_reached
    people = int(lefts.sum() + rights.sum())
    true = {
        "count": people if given.count == "people" else int(taken.sum()),
        "waiting": int(given.left_days[lefts].sum() + given.right_days[rights].sum()),
        "score": int(given.score[taken].sum(dtype=np.int64)),
    }
    for name, value in true.items():
        if getattr(solution, name) != value:
            _refuse(f"{name} is given as {getattr(solution, name)} but the chosen pairs make {value}")


def _check_weights(given: Problem, solution: Solution) -> None:
    """The score that one cycle can move, then the days; exact in Python's own integers."""
    unit, day = solution.weights
    best_of_left, best_of_right = (
        np.zeros(given.left_people, np.int64),
        np.zeros(given.right_people, np.int64),
    )
    np.maximum.at(best_of_left, given.left, given.score)
    np.maximum.at(best_of_right, given.right, given.score)
    score_span = min(sum(best_of_left.tolist()), sum(best_of_right.tolist()))
    longest = [0] * max(given.areas, 1)
    group = given.left_area.tolist() if given.areas else [0] * given.left_people
    for area, days in zip(group, given.left_days.tolist(), strict=True):
        longest[area] = max(longest[area], days)
    day_span = sum(longest) + max(given.right_days.tolist(), default=0)
    if day <= score_span:
        _refuse(f"a day weighs {day}, but scores can move {score_span}")
    if unit <= day * day_span + score_span:
        _refuse(f"a unit weighs {unit}, but days and scores can move {day * day_span + score_span}")
    if unit + day * day_span >= LARGEST:
        _refuse("the weights do not fit into 64 bits")


def _check_prices(
    given: Problem, solution: Solution, taken: Bool, left_degree: Int64, right_degree: Int64, load: Int64
) -> None:
    price = np.asarray(solution.potentials)
    areas, n = given.areas, given.left_people
    if price.shape != (1 + areas + n + given.right_people,) or price.dtype != np.int64:
        _refuse(f"potentials must be int64 of length {1 + areas + n + given.right_people}")
    _first((price <= -LARGEST) | (price >= LARGEST), "potentials[{}] does not fit into 61 bits")
    if price[0] != 0:
        _refuse("potentials[0], the hub, must be 0")
    of_area, of_left, of_right = (
        price[1 : 1 + areas],
        price[1 + areas : 1 + areas + n],
        price[1 + areas + n :],
    )

    reduced = given.score - of_left[given.left] + of_right[given.right]
    for wrong, what in ((taken & (reduced < 0), "is chosen"), (~taken & (reduced > 0), "is not chosen")):
        if wrong.any():
            k = int(np.argmax(wrong))
            _refuse(
                f"pair {k} (left {given.left[k]}, right {given.right[k]}) {what} "
                f"but its reduced score is {reduced[k]}"
            )

    unit, day = solution.weights
    people, pairs = (unit, 0) if given.count == "people" else (0, unit)
    above = of_area[given.left_area] if areas else np.zeros(n, dtype=np.int64)
    first = np.where(given.left_reached, 0, people + day * given.left_days) - above + of_left
    _check_steps("left person", first, of_left - above, left_degree, given.left_capacity)
    first = pairs + np.where(given.right_reached, 0, people + day * given.right_days) - of_right
    _check_steps("right person", first, pairs - of_right, right_degree, given.right_capacity)
    upper = np.where(given.area_parent >= 0, price[1 + given.area_parent], 0)
    _check_slack("area", of_area - upper, load, given.area_capacity)


def _check_steps(who: str, first: Int64, further: Int64, degree: Int64, capacity: Int64) -> None:
    _check_slack(f"first partner of {who}", first, np.minimum(degree, 1), np.minimum(capacity, 1))
    rest = np.maximum(degree - 1, 0), np.maximum(capacity - 1, 0)
    _check_slack(f"further partners of {who}", further, *rest)


def _check_slack(what: str, reduced: Int64, used: Int64, room: Int64) -> None:
    _first((used > 0) & (reduced < 0), what + " {} in use although the price says no")
    _first((used < room) & (reduced > 0), what + " {} left open although the price says yes")
