"""People who come, go and change one at a time, fitted into a choice that stays the best (`Standing`).

    ./dev bench standing                    # 10,000 people a side
    ./dev bench standing --people 1000000

Writes `benchmarks/results/standing.md`. The last 2,000 people of each side are left out of the country first
and then arrive with the pairs that were listed for them.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from towns import SEED, Country, country

from bothways.engine.api import Pairs, Standing, feasible_pairs

BEST = 20
CHANGES = 2_000


class Newcomer(NamedTuple):
    side: int
    capacity: int
    days: int
    partners: np.ndarray
    scores: np.ndarray
    area: int | None


class Line(NamedTuple):
    what: str
    seconds: np.ndarray
    settled: np.ndarray

    def row(self) -> str:
        ms = 1000 * self.seconds
        marks = [ms.mean(), *np.percentile(ms, [50, 95, 99]), ms.max()]
        return f"| {self.what} | {' | '.join(f'{mark:.3f}' for mark in marks)} | {self.settled.mean():,.0f} |"


def at_first(made: Country, pairs: Pairs, number: int) -> Standing:
    """Everybody but the last `number` people of each side."""
    n, m = len(made.offers) - number, len(made.wishes) - number
    both = np.flatnonzero((pairs.left < n) & (pairs.right < m))
    return Standing(
        pairs.left[both],
        pairs.right[both],
        pairs.score[both],
        made.offers.capacity[:n],
        made.wishes.capacity[:m],
        made.area[:n],
        made.parent,
        made.quota,
        (made.offers.waiting_days[:n], made.wishes.waiting_days[:m]),
    )


def newcomers(made: Country, pairs: Pairs, number: int) -> list[Newcomer]:
    """The last `number` people of each side in turn, each with the pairs to those who are there by then."""
    n, m = len(made.offers) - number, len(made.wishes) - number
    by_right = np.argsort(pairs.right, kind="stable")
    left_at = np.searchsorted(pairs.left, np.arange(n, n + number + 1))
    right_at = np.searchsorted(pairs.right[by_right], np.arange(m, m + number + 1))
    out = []
    for k in range(number):
        mine = np.arange(left_at[k], left_at[k + 1])
        mine = mine[pairs.right[mine] < m + k]
        days, area = int(made.offers.waiting_days[n + k]), int(made.area[n + k])
        out.append(
            Newcomer(0, int(made.offers.capacity[n + k]), days, pairs.right[mine], pairs.score[mine], area)
        )
        mine = by_right[right_at[k] : right_at[k + 1]]
        mine = mine[pairs.left[mine] <= n + k]
        days = int(made.wishes.waiting_days[m + k])
        out.append(
            Newcomer(1, int(made.wishes.capacity[m + k]), days, pairs.left[mine], pairs.score[mine], None)
        )
    return out


def timed(what: str, kept: Standing, calls: Iterable[Callable[[], object]]) -> Line:
    seconds, settled = [], []
    for call in calls:
        before, begin = kept.effort[1], time.process_time()
        call()
        seconds.append(time.process_time() - begin)
        settled.append(kept.effort[1] - before)
    return Line(what, np.array(seconds), np.array(settled))


def measure(people: int, number: int) -> tuple[int, float, list[Line], float]:
    """(pairs, seconds to solve at first, a line for each kind of change, seconds to check in the end)."""
    made = country(people)
    pairs = feasible_pairs(made.offers, made.wishes, best=BEST)
    begin = time.perf_counter()
    kept = at_first(made, pairs, number)
    first = time.perf_counter() - begin
    coming = newcomers(made, pairs, number)
    sides = ("left", "right")

    def arrive(one: Newcomer) -> Callable[[], object]:
        return lambda: kept.arrive(
            sides[one.side], one.capacity, one.days, one.partners, one.scores, one.area
        )

    lines = [timed("arrive", kept, map(arrive, coming[:CHANGES]))]
    rng = np.random.default_rng(SEED)
    settled = people - number
    some = rng.choice(settled, min(2 * CHANGES, settled), replace=False).tolist()
    half = len(some) // 2
    leaving = enumerate(some[:half])
    lines.append(timed("leave", kept, [lambda p=p, k=k: kept.leave(sides[k % 2], p) for k, p in leaving]))
    lines.append(
        timed(
            "change (capacity, days)", kept,
            [
                lambda p=p, k=k: kept.change(sides[k % 2], p, capacity=1 + k % 3, days=k % 365)
                for k, p in enumerate(some[half:])
            ],
        )
    )  # fmt: skip
    gone = [some[:half:2], some[1:half:2]]
    arrived = [people - number + k // 2 for k in range(min(CHANGES, len(coming)))]
    lines.append(
        timed(
            "change (all pairs)", kept,
            [
                lambda p=p, one=one: kept.change(
                    sides[one.side], p, days=one.days + 7, **still_here(gone, one)
                )
                for p, one in zip(arrived, coming, strict=False)
            ],
        )
    )  # fmt: skip
    begin = time.perf_counter()
    kept.check()
    return len(pairs), first, lines, time.perf_counter() - begin


def still_here(gone: list[list[int]], one: Newcomer) -> dict[str, np.ndarray]:
    """A newcomer's pairs without those who left, with other scores."""
    stay = ~np.isin(one.partners, gone[1 - one.side])
    return {"partners": one.partners[stay], "scores": one.scores[stay] // 2 + 50}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    wanted = parser.parse_args()
    measure(400, 100)  # compiles, or loads what was compiled before
    pairs, first, lines, checking = measure(wanted.people, CHANGES)
    text = "\n".join(
        [
            "# People who come and go: measured",
            "",
            f"`./dev bench standing --people {wanted.people}`: a synthetic country of {wanted.people:,}",
            f"people a side, seed {SEED}, {pairs:,} pairs (the best {BEST} of each person), areas, waiting;",
            "processor milliseconds of one change, everything included, on one thread.",
            "",
            "| change | mean | median | 95 % | 99 % | longest | people settled on average |",
            "|---|---|---|---|---|---|---|",
            *(line.row() for line in lines),
            "",
            f"Solving at first: {first:.2f} s. Proving the last choice with `verify`: {checking:.2f} s.",
            f"Most memory used: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB.",
            "",
        ]
    )
    print(text)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "standing.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
