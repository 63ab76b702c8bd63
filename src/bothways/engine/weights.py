"""What the aims weigh against each other, so that one sum stands for their order."""

from typing import Final, NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int64
from bothways.engine.problem import LARGEST, Problem

# Prices are sums along paths. They count a unit or two; so many fit into 61 bits.
UNITS_IN_A_PRICE: Final = 32


class Weights(NamedTuple):
    """What the three aims are worth in points of score: see `lexicographic_weights`."""

    unit: int  # a person with at least one partner (count="people"), a pair (count="pairs")
    day: int  # a day of waiting of a person with at least one partner


def lexicographic_weights(problem: Problem) -> Weights:
    """Weights under which the best weighted sum is the lexicographic optimum; ValueError on overflow.

    Any two feasible flows differ by cycles of the residual network, each of which can be applied by
    itself, and each of which passes every node at most once. On one such cycle

    - the score changes by at most D, the smaller of (sum over left people of their best score) and
      (sum over right people of theirs): at most one pair is added, and one removed, per person;
    - the waiting days served change by at most E, the largest waiting of each area's left people (or of
      all left people when there are no areas), summed, plus the largest of the right people: one person
      can be newly reached through each of those nodes.

    With ``day = D + 1`` and ``unit = day * E + D + 1`` a cycle gains in the weighted sum exactly when it
    gains lexicographically. A flow that is not lexicographically best has a cycle that gains (if none
    did, no sum of them could), so a flow with the best weighted sum is lexicographically best.
    """
    score_span = best_scores(problem)
    groups = np.zeros(max(problem.areas, 1), dtype=np.int64)
    np.maximum.at(groups, problem.left_area if problem.areas else 0 * problem.left_days, problem.left_days)
    day = score_span + 1
    unit = day * (_sum(groups) + int(problem.right_days.max(initial=0))) + score_span + 1
    longest = int(max(problem.left_days.max(initial=0), problem.right_days.max(initial=0)))
    if (unit + day * longest) * UNITS_IN_A_PRICE >= LARGEST:
        raise ValueError("score and waiting are too large for exact 64-bit arithmetic at this size")
    return Weights(unit, day)


def quick_weights(problem: Problem) -> Weights:
    """Small weights, with which the scaling needs few steps. Their optimum nearly always is the lexicographic
    one; where it is not, the steps under the exact weights put it right."""
    day = 4 * (int(problem.score.max(initial=0)) + 1)
    longest = int(max(problem.left_days.max(initial=0), problem.right_days.max(initial=0)))
    return Weights(day * 2 * (longest + 1) if longest else day, day)


def exact_prices(price: Int64, quick: Weights, exact: Weights) -> Int64:
    """Prices under the quick weights read as so many units, days and points, and weighed exactly."""
    units = (2 * price + quick.unit) // (2 * quick.unit)
    rest = price - units * quick.unit
    days = (2 * rest + quick.day) // (2 * quick.day)
    if quick.unit == quick.day:  # nobody has waited
        days[:] = 0
    units = np.clip(units, -UNITS_IN_A_PRICE // 4, UNITS_IN_A_PRICE // 4)
    return np.asarray(units * exact.unit + days * exact.day + (rest - days * quick.day))


def best_scores(problem: Problem) -> int:
    """The smaller of both sides' sums of everybody's best score."""
    per_left, per_right = np.zeros(problem.left_people, np.int64), np.zeros(problem.right_people, np.int64)
    raise_to(per_left, problem.left, problem.score)
    raise_to(per_right, problem.right, problem.score)
    return min(_sum(per_left), _sum(per_right))


@kernel
def raise_to(best: Int64, person: Int64, score: Int64) -> None:
    for k in range(len(person)):
        if score[k] > best[person[k]]:
            best[person[k]] = score[k]


def _sum(array: Int64) -> int:
    """Exact even where int64 would wrap around."""
    return sum(array.tolist())
