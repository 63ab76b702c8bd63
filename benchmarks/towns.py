"""Invented countries to measure on: towns of very different sizes, and two sides of people who live there.

    ./dev bench towns            # what such a country looks like, at several sizes
    ./dev bench towns --people 5000

The same size and seed give the same country, bit by bit. Nothing in it comes from a real person.
"""

import argparse
from typing import NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt

from bothways.engine.api import People, feasible_pairs

Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

SEED = 1
LANGUAGES = 60
# A rectangle of about 445 by 430 km, in 1e-5 degrees: latitude 48 to 52, longitude 8 to 14.
SOUTH_WEST, NORTH_EAST = (4_800_000, 800_000), (5_200_000, 1_400_000)
PEOPLE_A_TOWN = 250
PEOPLE_A_COUNTY = 2_500
TOWNS_A_GROUP = 3
# A town of so many people or fewer has a standard deviation of about 3 km; larger ones are as dense.
SMALL_TOWN = 1_000
# Quotas in pairs for each left person of a group; half of the groups have room for nearly everybody.
SHARES = (0.6, 0.9, 1.5, 3.0)


class Towns(NamedTuple):
    """Centres in 1e-5 degrees (latitude, longitude), and each town's part of all people."""

    centre: Float64
    part: Float64
    spread: Float64  # standard deviation of where people live, in 1e-5 degrees


class Rules(TypedDict):
    """What `solve` and `verify` want to know besides the pairs."""

    left_capacity: npt.NDArray[np.int32]
    right_capacity: npt.NDArray[np.int32]
    left_area: Int64
    area_parent: Int64
    area_capacity: Int64
    waiting: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]


class Country(NamedTuple):
    """Two sides, and a tree of areas over the left one: area 0 is the country, then counties, then groups of
    towns; `area` holds each left person's group."""

    offers: People
    wishes: People
    area: Int64
    parent: Int64
    quota: Int64

    def rules(self) -> Rules:
        return {
            "left_capacity": self.offers.capacity,
            "right_capacity": self.wishes.capacity,
            "left_area": self.area,
            "area_parent": self.parent,
            "area_capacity": self.quota,
            "waiting": (self.offers.waiting_days, self.wishes.waiting_days),
        }


def towns(people: int, rng: np.random.Generator, number: int | None = None) -> Towns:
    """One town for each 250 people of a side, at least 4, if no number is given. The k-th largest has a part
    proportional to 1 / (k + q) (Zipf and Mandelbrot); q keeps the largest of a million people at 16,000."""
    number = number or max(people // PEOPLE_A_TOWN, 4)
    centre = rng.uniform(SOUTH_WEST, NORTH_EAST, (number, 2))
    size = 1 / (np.arange(1, number + 1) + number / 400)
    part = size / size.sum()
    return Towns(centre, part, 3_000 * np.sqrt(np.maximum(people * part / SMALL_TOWN, 1)))


def synthetic(people: int, where: Towns, rng: np.random.Generator, capacity: int = 2) -> tuple[People, Int64]:
    """People in towns, and the town of each. Few languages are common and many are rare."""
    home = rng.choice(len(where.part), people, p=where.part)
    place = where.centre[home] + where.spread[home, None] * rng.normal(0, 1, (people, 2))
    speak, learn = (np.zeros((people, 1), np.uint64) for _ in range(2))
    common = 1 / np.arange(1, LANGUAGES + 1) ** 1.2
    for column, most in ((speak, 2), (learn, 1)):
        for _ in range(most):
            numbers = rng.choice(LANGUAGES, people, p=common / common.sum()).astype(np.uint64)
            column[:, 0] |= np.uint64(1) << numbers
    times = rng.integers(0, 1 << 21, people) & rng.integers(0, 1 << 21, people)
    likes = [rng.integers(0, 1 << 24, people) for _ in range(3)]
    everybody = People(
        lat_e5=place[:, 0].astype(np.int32),
        lon_e5=place[:, 1].astype(np.int32),
        radius_m=rng.choice([2_000, 5_000, 10_000, 20_000], people).astype(np.int32),
        speak=speak,
        learn=learn,
        times=(times & rng.integers(0, 1 << 21, people)).astype(np.uint32),
        # Most meet in person only; one in fourteen by phone too, and half of these by video.
        modes=rng.choice([1] * 26 + [3, 7], people).astype(np.uint8),
        interests=(likes[0] & likes[1] & likes[2]).astype(np.uint64),
        needs=(1 << rng.integers(0, 12, people) & 0b1111).astype(np.uint32),
        facts=(rng.integers(0, 16, people) | rng.integers(0, 16, people)).astype(np.uint32),
        capacity=rng.integers(1, capacity + 1, people).astype(np.int32),
        waiting_days=rng.integers(0, 365, people).astype(np.int32),
    )
    return everybody, home.astype(np.int64)


def country(people: int, seed: int = SEED) -> Country:
    """A country of `people` on each side: capacities 1 to 3 on the left and 1 to 2 on the right."""
    rng = np.random.default_rng(seed)
    where = towns(people, rng)
    offers, home = synthetic(people, where, rng, capacity=3)
    wishes, _ = synthetic(people, where, rng, capacity=2)
    group, parent = areas(where, people)
    area = group[home]
    return Country(offers, wishes, area, parent, quotas(area, parent, rng))


def two_sides(people: int, seed: int = SEED) -> tuple[People, People]:
    return country(people, seed)[:2]


def areas(where: Towns, people: int) -> tuple[Int64, Int64]:
    """(the group of each town, the area above each area): neighbours by strips from north to south."""
    number = len(where.part)
    counties = max(people // PEOPLE_A_COUNTY, 1)
    strips = max(round(counties**0.5), 1)
    rank = np.argsort(np.argsort(where.centre[:, 0], kind="stable"), kind="stable")
    order = np.lexsort((where.centre[:, 1], rank * strips // number))
    county = np.empty(number, np.int64)
    county[order] = np.arange(number) * counties // number
    # Within its county a town is the k-th; three of them make a group.
    in_order = county[order]
    place = np.arange(number) - np.searchsorted(in_order, in_order)
    group, first = np.empty(number, np.int64), in_order * number + place // TOWNS_A_GROUP
    codes, group[order] = np.unique(first, return_inverse=True)
    parent = np.concatenate([[-1], np.zeros(counties, np.int64), 1 + codes // number])
    return 1 + counties + group, parent


def quotas(area: Int64, parent: Int64, rng: np.random.Generator) -> Int64:
    """None for the country; for a county somewhat less than its groups have together."""
    people = np.bincount(area, minlength=len(parent))
    quota = np.ceil(people * rng.choice(SHARES, len(parent))).astype(np.int64)
    groups = np.flatnonzero(parent > 0)
    within = np.bincount(parent[groups], weights=quota[groups], minlength=len(parent))
    counties = parent == 0
    quota[counties] = np.ceil(within * rng.choice([0.8, 1.0, 1.0], len(parent)))[counties].astype(np.int64)
    quota[0] = 3 * len(area)
    return quota


def describe(people: int) -> str:
    made = country(people)
    some = np.random.default_rng(SEED).choice(people, min(people, 500), replace=False)
    pairs = np.bincount(feasible_pairs(made.offers.take(some), made.wishes).left, minlength=len(some))
    where = towns(people, np.random.default_rng(SEED))
    counties = int((made.parent == 0).sum())
    return (
        f"{people:>9,} people a side: {len(where.part):,} towns (the largest: "
        f"{people * where.part[0]:,.0f}), {counties:,} counties, {len(made.parent) - counties - 1:,} groups; "
        f"feasible pairs of a person: {pairs.mean():,.0f} on average, {np.median(pairs):,.0f} in the middle, "
        f"{pairs.max():,} at most"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    for people in parser.parse_args().people:
        print(describe(people), flush=True)


if __name__ == "__main__":
    main()
