"""What the aims weigh against each other, so that one sum stands for their order."""

from typing import Final, NamedTuple

import numpy as np

from bothways.engine._jit import kernel
from bothways.engine.arrays import Int32, Int64
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
    area = problem.left_area if problem.areas else 0 * problem.left_days
    of_left, of_right = (
        longest_days(area, problem.left_days, problem.areas),
        int(problem.right_days.max(initial=0)),
    )
    longest = max(int(of_left.max()), of_right)
    return outweigh(best_scores(problem), _sum(of_left) + of_right, longest)


def longest_days(area: Int64, days: Int64, areas: int) -> Int64:
    """The longest waiting in each area, or of all left people where there are no areas."""
    longest = np.zeros(max(areas, 1), np.int64)
    np.maximum.at(longest, np.maximum(area, 0), days)
    return longest


def outweigh(score_span: int, day_span: int, longest: int) -> Weights:
    """Weights where a cycle moves the score and the days by so much at most; ValueError on overflow."""
    day = score_span + 1
    unit = day * day_span + score_span + 1
    if (unit + day * longest) * UNITS_IN_A_PRICE >= LARGEST:
        raise ValueError("score and waiting are too large for exact 64-bit arithmetic at this size")
    return Weights(unit, day)


def quick_weights(problem: Problem) -> Weights:
    """Small weights, with which the scaling needs few steps. Their optimum has nearly all days of the
    lexicographic one; the steps under the exact weights put right what is missing.

    A day weighs so little that all days which somebody may have waited weigh no more than a few scores: the
    scaling then takes about as long as if nobody had waited, and what is left to put right is quicker than
    the steps of the scaling that a heavier day would need (measured: `benchmarks/results/engine.md`).
    """
    score, longest = _few_scores(problem), _longest(problem)
    return _with_days(score // (longest + 1), longest) if longest else Weights(score, score)


def even_weights(problem: Problem) -> Weights:
    """Small weights under which a day outweighs any score, as under the exact ones. The scaling takes twice
    as long, and its prices need less put right: searches that begin from them later settle fewer people."""
    score, longest = _few_scores(problem), _longest(problem)
    return _with_days(score, longest) if longest else Weights(score, score)


def _with_days(day: int, longest: int) -> Weights:
    day = max(day, 1)
    return Weights(day * 2 * (longest + 1), day)


def _few_scores(problem: Problem) -> int:
    return 4 * (int(problem.score.max(initial=0)) + 1)


def _longest(problem: Problem) -> int:
    return int(max(problem.left_days.max(initial=0), problem.right_days.max(initial=0)))


def reweighed(price: Int64, before: Weights, after: Weights) -> Int64:
    """Prices under some weights read as so many units, days and points, and weighed with others."""
    units = (2 * price + before.unit) // (2 * before.unit)
    rest = price - units * before.unit
    days = (2 * rest + before.day) // (2 * before.day)
    if before.unit == before.day:  # nobody has waited
        days[:] = 0
    units = np.clip(units, -UNITS_IN_A_PRICE // 4, UNITS_IN_A_PRICE // 4)
    return np.asarray(units * after.unit + days * after.day + (rest - days * before.day))


def best_scores(problem: Problem) -> int:
    """The smaller of both sides' sums of everybody's best score."""
    size = problem.left_people, problem.right_people
    return min(_sum(best) for best in best_of_people(problem.left, problem.right, problem.score, *size))


def best_of_people(
    left: Int32 | Int64, right: Int32 | Int64, score: Int32 | Int64, n: int, m: int
) -> tuple[Int64, Int64]:
    """The best score among the pairs of each left and each right person."""
    per_left, per_right = np.zeros(n, np.int64), np.zeros(m, np.int64)
    raise_to(per_left, left, score)
    raise_to(per_right, right, score)
    return per_left, per_right


@kernel
def raise_to(best: Int64, person: Int32 | Int64, score: Int32 | Int64) -> None:
    for k in range(len(person)):
        if score[k] > best[person[k]]:
            best[person[k]] = score[k]


def _sum(array: Int64) -> int:
    """Exact even where int64 would wrap around."""
    return sum(array.tolist())
