"""The attacker: told everything but the key and one thing, whether the target is a member.

The figures come from the product's own functions. The attacker guesses by the likelihood ratio of all that
was published in five years, where noise, rounding and the people they do not know are taken as normal with
the right means and covariances; a figure that is hidden is used by the chance of its being hidden.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from bothways.insight.noise import AREA_SPREAD, JITTER, SPREAD, Noise, weights
from bothways.insight.protection import STEP, Groups, Table, protect, shown_from, tree
from bothways.insight.tables import MONTH, Declared
from tests.figures.programme import AREAS, LEAVES, SHAPE, TOWNS
from tests.figures.shape import Counts, Floats, Shape

NUMBER = SHAPE.number
# Nearer to the least figure that is shown than so many standard deviations, and what one such quarter counts.
EDGE, EACH = 1.5, 0.3


def published(counts: Counts, rng: np.random.Generator, shape: Shape = SHAPE) -> Floats:
    """What the product publishes of these leaves over all periods: periods by cells, NaN where hidden."""
    noise = Noise(rng.bytes(32))
    out = np.full((shape.periods, len(shape.cells)), np.nan)
    before: dict[str, Groups] = {}
    keys = rng.integers(0, 2**32, counts.shape)
    for at in range(shape.periods):
        for table in shape.tables:
            leaves = {}
            for number, (key, place) in enumerate(shape.leaves):
                if key == table.key:
                    people = int(counts[at, number])
                    mark = noise.mark_of(key, place, people) if table.question else int(keys[at, number])
                    leaves[place] = (people, mark)
            period = 3 * (shape.first + at) + 2 if table.every == MONTH else shape.first + at
            about = Table(table.key, table.every, period, adds_up=not table.by_area)
            made = protect(about, tree(table.places(shape.areas), leaves), noise, before.get(table.key, []))
            before[table.key] = made.groups
            for place, value in made.values.items():
                if value is not None:
                    out[at, shape.number[table.key, place]] = value
    return out


@functools.cache
def lasting(every: str, spread: float, periods: int) -> Floats:
    """Of the noise of one cell between the periods, without the rounding: known to everybody."""
    step = 3 if every == MONTH else 1
    terms = np.array(weights(every))
    found = np.zeros((periods, periods))
    for one in range(periods):
        for other in range(periods):
            apart = step * abs(one - other)
            found[one, other] = terms[apart:] @ terms[: len(terms) - apart] if apart < len(terms) else 0
    return np.asarray(spread**2 * found + np.eye(periods) * JITTER**2)


def spread_of(table: Declared) -> float:
    return AREA_SPREAD if table.by_area else SPREAD


def noise_covariance(cells: NDArray[np.int64], shape: Shape) -> Floats:
    """Of what is added to these cells, period by period, and of the rounding."""
    found = np.eye(len(cells) * shape.periods) * STEP**2 / 12
    shared = shape.own[cells] @ shape.own[cells].T
    for one, other in np.argwhere(shared > 0):
        rows, columns = (slice(at * shape.periods, (at + 1) * shape.periods) for at in (one, other))
        table = shape.by_key[shape.cells[cells[one]][0]]
        found[rows, columns] += shared[one, other] * lasting(table.every, spread_of(table), shape.periods)
    return found


@dataclass
class Knowledge:
    """What the attacker expects of the leaves without the target (periods by leaves), and how the people
    they do not know vary: samples of periods by leaves, or none where they know everybody."""

    expected: Floats
    samples: Floats | None = None
    shape: Shape = SHAPE

    @functools.cached_property
    def covariance(self) -> Floats:
        """Between all cells and periods, cell by cell."""
        assert self.samples is not None
        sums = (self.samples @ self.shape.sums.T).transpose(0, 2, 1).reshape(len(self.samples), -1)
        return np.asarray(np.cov(sums.T))

    def beside(self, known: Counts) -> Knowledge:
        """The same about people they do not know, beside some whom they do."""
        return Known(self.expected + known, self.samples, self)


class Known(Knowledge):
    def __init__(self, expected: Floats, samples: Floats | None, unknown: Knowledge) -> None:
        super().__init__(expected, samples, unknown.shape)
        self.unknown = unknown

    @property
    def covariance(self) -> Floats:  # type: ignore[override]
        return self.unknown.covariance


def told(seen: Floats, knows: Knowledge, target: Floats) -> bool:
    """The attacker's guess: is the target a member?

    `target`: what they would add to the leaves, or what is to be expected of that; periods by leaves.
    """
    shape = knows.shape
    adds = target @ shape.sums.T
    touched = np.flatnonzero(np.any(np.abs(adds) > 0.02, axis=0))
    expected = (knows.expected @ shape.sums.T)[:, touched].T.ravel()
    shift = adds[:, touched].T.ravel().astype(float)
    got = seen[:, touched].T.ravel()
    covariance = noise_covariance(touched, shape)
    if knows.samples is not None:
        these = (touched[:, None] * shape.periods + np.arange(shape.periods)).ravel()
        covariance += knows.covariance[np.ix_(these, these)]
    shown = ~np.isnan(got)
    spread = np.sqrt(np.diag(covariance))
    cells = shape.own[touched].sum(axis=1).repeat(shape.periods)
    tables = [shape.by_key[shape.cells[cell][0]] for cell in touched]
    wide = np.repeat([spread_of(table) for table in tables], shape.periods)
    least = np.array([shown_from(int(number), each) for number, each in zip(cells, wide, strict=True)])
    least = least - STEP / 2
    above = (expected - least) / spread
    # Near the edge a figure is shown because its noise is high: its height would mislead. There it only
    # counts whether it is shown; quarters in a row say that again and again, so each counts a part.
    high = shown & (above > EDGE)
    ratio = 0.0
    if high.any():
        towards = np.linalg.solve(covariance[np.ix_(high, high)], shift[high])
        ratio += float(towards @ (got[high] - expected[high] - shift[high] / 2))
    edge, moved = above <= EDGE, above + shift / spread
    ratio += EACH * float((log_ndtr(moved) - log_ndtr(above))[edge & shown].sum())
    ratio += EACH * float((log_ndtr(-moved) - log_ndtr(-above))[edge & ~shown].sum())
    return ratio > 0


def by_periods(seen: Floats, knows: Knowledge, target: Counts) -> bool:
    """Differencing over periods: did the figure of the target's town rise, beyond what was to be expected, by
    more than half a person from the quarter before they are counted to the quarter after?"""
    leaf = int(np.flatnonzero(target[:, :TOWNS].any(axis=0))[0])
    first = int(np.flatnonzero(target[:, leaf])[0])
    cell = NUMBER[LEAVES[leaf]]
    rise = seen[first, cell] - seen[first - 1, cell] if first else np.nan
    usual = knows.expected[first, leaf] - knows.expected[first - 1, leaf]
    return bool(np.isnan(rise)) or bool(rise - usual > 0.5)


def by_totals(seen: Floats, knows: Knowledge, target: Counts) -> bool:
    """Subtraction from totals: region less its other towns, against what is known of the target's town; on
    average over the quarters in which all of them are shown."""
    leaf = int(np.flatnonzero(target[:, :TOWNS].any(axis=0))[0])
    name = LEAVES[leaf][1]
    region = next(parent for place, parent, _ in AREAS if place == name)
    others = [NUMBER["members", place] for place, parent, _ in AREAS if parent == region and place != name]
    rest = seen[:, NUMBER["members", region]] - seen[:, others].sum(axis=1)
    counted = target[:, leaf] > 0
    apart = (rest - knows.expected[:, leaf])[counted]
    return bool(np.nanmean(apart) > 0.5) if not np.isnan(apart).all() else False
