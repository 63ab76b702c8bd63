"""Simulated programmes for the attack on the published figures: who comes, waits, pairs, meets, asks, goes.

Counts only, by the quarter, in the cells of the product's own tables. Invented numbers, chosen to be like a
befriending programme; what matters is that the attacker knows them exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bothways.insight.protection import TOTAL
from bothways.insight.tables import TABLES as EVERY_TABLE
from tests.figures.shape import Counts, Shape

QUARTERS = 20
REGIONS = 3
TOWNS = 12
# Of its members each town has this part; the last ones are villages.
WEIGHTS = 1 / np.arange(2, TOWNS + 2) ** 1.1
WEIGHTS = WEIGHTS / WEIGHTS.sum()
AREAS = [[f"r{region}", TOTAL, f"Region {region}"] for region in range(REGIONS)]
AREAS += [[f"t{town}", f"r{town % REGIONS}", f"Town {town}"] for town in range(TOWNS)]

# Answers to the questions of the half-year come out by themselves: see `voices`.
TABLES = [table for table in EVERY_TABLE if not table.question]
LEAVES = [
    (table.key, place)
    for table in TABLES
    for place in ([f"t{town}" for town in range(TOWNS)] if table.by_area else table.leaves or [TOTAL])
]
SHAPE = Shape(TABLES, AREAS, LEAVES, QUARTERS, first=4 * 2021)
COLUMN = SHAPE.column


@dataclass
class People:
    """One entry for each; times in quarters since the first release, a half being the middle of a quarter."""

    town: NDArray[np.int64]
    offers: NDArray[np.bool_]
    comes: NDArray[np.float64]
    goes: NDArray[np.float64]
    pairs_at: NDArray[np.float64]
    parts_at: NDArray[np.float64]
    # Of a hundred: how often they meet, and the band of their hours.
    meets: NDArray[np.float64]
    hours: NDArray[np.int64]
    kind: NDArray[np.int64]
    # Whether their partner speaks a language that they want to learn, and how often they come to gatherings.
    learns: NDArray[np.bool_]
    gathers: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.town)


def people(rng: np.random.Generator, count: int, towns: NDArray[np.int64] | None = None) -> People:
    """`count` people who come over seven years, of whom the last five are published."""
    comes = rng.uniform(-8, QUARTERS, count)
    goes = comes + rng.exponential(9, count)
    pairs_at = comes + rng.exponential(1.2, count)
    return People(
        town=rng.choice(TOWNS, count, p=WEIGHTS) if towns is None else towns,
        offers=rng.random(count) < 0.5,
        comes=comes,
        goes=goes,
        pairs_at=pairs_at,
        parts_at=np.minimum(goes, pairs_at + rng.exponential(4, count)),
        meets=rng.beta(3, 2, count),
        hours=rng.choice(3, count, p=[0.4, 0.45, 0.15]),
        kind=rng.choice(7, count, p=[0.2, 0.2, 0.12, 0.12, 0.2, 0.06, 0.1]),
        learns=rng.random(count) < 0.4,
        gathers=rng.beta(0.6, 2, count),
    )


def counts(rng: np.random.Generator, who: People) -> Counts:
    """How many of them are in each cell: quarters by `LEAVES`. Newcomers count from the quarter after."""
    out = np.zeros((QUARTERS, len(LEAVES)), np.int64)
    for quarter in range(QUARTERS):
        out[quarter] = _quarter(rng, who, quarter)
    return out


def _quarter(rng: np.random.Generator, who: People, quarter: int) -> Counts:
    row = np.zeros(len(LEAVES), np.int64)
    end = quarter + 1
    here = (who.comes < quarter) & (who.goes >= end)
    paired = here & (who.pairs_at < end) & (who.parts_at >= end)
    alone = here & ~paired
    since = np.where(who.parts_at < end, who.parts_at, who.comes)

    def put(table: str, leaf: NDArray[np.int64], which: NDArray[np.bool_], first: int = 0) -> None:
        names = [place for key, place in LEAVES if key == table]
        begin = COLUMN[table, names[0]] + first
        found = np.bincount(leaf[which], minlength=len(names) - first)
        row[begin : begin + len(found)] += found

    def chance(part: float) -> NDArray[np.bool_]:
        return rng.random(len(who)) < part

    zeros = np.zeros(len(who), np.int64)
    put("members", who.town, here)
    waited = np.digitize(end - since, [1 / 3, 1, 2])
    put("waiting", waited, alone)
    began = here & (who.pairs_at >= quarter - (who.comes >= quarter - 1)) & (who.pairs_at < end)
    asked = (alone & chance(0.5)) | began
    put("proposed", np.where(began, 0, 1 + (rng.random(len(who)) < 0.2)), asked)
    put("began", zeros, began)
    put("ended", zeros, here & (who.parts_at >= quarter) & (who.parts_at < end))
    met = rng.random(len(who)) < who.meets
    put("together", np.where(met, 0, 1), paired)
    put("learning", zeros, paired & met & who.learns)
    came = rng.binomial(3, who.gathers)
    put("gatherings", np.where(came > 1, 1, 0), here & (came > 0))
    wrote = here & chance(0.1)
    put("requests", who.kind, wrote)
    put("resolved", rng.choice(4, len(who), p=[0.3, 0.4, 0.2, 0.1]), wrote)
    put("volunteers", np.where(paired & met, 1 + who.hours, 0), here & who.offers)
    return row


@dataclass(frozen=True)
class Target:
    """Who is looked for: the days on which they would have joined and left, and what they would then add to
    the leaves, their partner's change from waiting to a pair with it. `usual`: the same on average over all
    that somebody with these days might do."""

    adds: Counts
    usual: NDArray[np.float64]


def target(rng: np.random.Generator, town: int, alike: int = 60) -> Target:
    comes = rng.uniform(-1, QUARTERS - 5)
    goes = QUARTERS + 1.0 if rng.random() < 0.5 else comes + rng.uniform(3, 12)

    def course(count: int) -> Counts:
        who = people(rng, count, np.full(count, town))
        who.offers[:], who.comes[:], who.goes[:] = True, comes, goes
        who.pairs_at = comes + rng.exponential(1.2, count)
        who.parts_at = np.minimum(goes, who.pairs_at + rng.exponential(8, count))
        return _with_partner(counts(rng, who))

    return Target(course(1), course(alike) / alike)


def _with_partner(alone: Counts) -> Counts:
    both = alone.copy()
    paired = alone[:, COLUMN["together", "met"]] + alone[:, COLUMN["together", "not-met"]]
    both[:, COLUMN["together", "met"]] += paired
    both[:, COLUMN["waiting", "longer"]] -= paired
    both[:, COLUMN["began", TOTAL]] += alone[:, COLUMN["began", TOTAL]]
    return both


def fakes(rng: np.random.Generator, count: int, town: int) -> Counts:
    """Members that an insider made up, who join before the first release and stay."""
    who = people(rng, count, np.full(count, town))
    who.comes[:], who.goes[:] = -2.0, QUARTERS + 1.0
    return counts(rng, who)
