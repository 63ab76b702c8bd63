"""Weights with room to spare, for a problem that grows."""

from contextlib import suppress
from typing import NamedTuple

import numpy as np

from bothways.engine.arrays import Int64
from bothways.engine.rows import Row
from bothways.engine.weights import Weights, outweigh


class Spans(NamedTuple):
    """What one cycle moves at most, or more than that: see `lexicographic_weights`."""

    best: tuple[int, int]  # everybody's best score, added up on each side
    left_days: Int64  # the longest waiting in each area; one number where there are no areas
    right_days: int  # the longest waiting on the right

    def score(self) -> int:
        return min(self.best)

    def days(self) -> int:
        return int(sum(self.left_days.tolist())) + self.right_days

    def kept_by(self, weights: Weights) -> bool:
        """Whether these weights are large enough."""
        score = self.score()
        return weights.day > score and weights.unit > weights.day * self.days() + score

    def weights(self) -> Weights:
        """Weights that stay large enough while all doubles, if such weights fit; ValueError if none do."""
        longest = max(int(self.left_days.max(initial=0)), self.right_days)
        with suppress(ValueError):
            return outweigh(2 * self.score(), 2 * self.days(), 2 * longest)
        return outweigh(self.score(), self.days(), longest)

    def grown(self, hand: int, row: Row, best_there: Int64) -> "Spans":
        """With one more person, whose partners' best scores are in `best_there`."""
        own = int(row.scores.max(initial=0))
        rises = int(np.maximum(row.scores - best_there[row.partners], 0).sum())
        left, right = (own, rises) if hand == 0 else (rises, own)
        best = self.best[0] + left, self.best[1] + right
        if hand == 1:
            return Spans(best, self.left_days, max(self.right_days, row.days))
        longest = self.left_days.copy()
        longest[max(row.area, 0)] = max(int(longest[max(row.area, 0)]), row.days)
        return Spans(best, longest, self.right_days)
