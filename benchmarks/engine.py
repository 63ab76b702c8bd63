"""Listing and solving against greedy and against the raw flow solver, on synthetic towns.

    python benchmarks/engine.py            # 1,000 and 10,000 people a side
    python benchmarks/engine.py --full     # and 100,000

Writes `benchmarks/results/engine.md`. Ratios are taken within one run on one machine.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from ortools.graph.python import min_cost_flow
from towns import SEED, two_sides

from bothways.engine.api import (
    Pairs,
    People,
    explain_left_over,
    explain_pair,
    feasible_pairs,
    solve,
    tandem,
    verify,
)
from bothways.engine.best import scramble

T = TypeVar("T")
BEST = 20


def greedy(pairs: Pairs, offers: People, wishes: People) -> tuple[int, int]:
    """Best score first, ties mixed: (people with a partner, total score)."""
    tie = [scramble(i, j) for i, j in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)]
    left_room, right_room = offers.capacity.tolist(), wishes.capacity.tolist()
    lefts, rights, score = set(), set(), 0
    order = np.lexsort((tie, -pairs.score))
    columns = (pairs.left[order].tolist(), pairs.right[order].tolist(), pairs.score[order].tolist())
    for i, j, worth in zip(*columns, strict=True):
        if left_room[i] and right_room[j]:
            left_room[i] -= 1
            right_room[j] -= 1
            lefts.add(i)
            rights.add(j)
            score += worth
    return len(lefts) + len(rights), score


def raw_flow(pairs: Pairs, offers: People, wishes: People) -> None:
    """The flow solver by itself on the same pairs: largest flow of the best score, nothing else."""
    n, m = len(offers), len(wishes)
    solver = min_cost_flow.SimpleMinCostFlow()
    left, right = np.arange(n), n + np.arange(m)
    tail = np.concatenate([pairs.left, np.full(n, n + m), right])
    head = np.concatenate([n + pairs.right, left, np.full(m, n + m + 1)])
    room = np.concatenate([np.ones(len(pairs), np.int64), offers.capacity, wishes.capacity])
    cost = np.concatenate([-pairs.score.astype(np.int64), np.zeros(n + m, np.int64)])
    solver.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), room, cost)
    supply = int(offers.capacity.sum())
    solver.set_nodes_supplies(np.array([n + m, n + m + 1]), np.array([supply, -supply]))
    solver.solve_max_flow_with_min_cost()


def timed(work: Callable[[], T], repeat: int) -> tuple[float, T]:
    """Median processor seconds (other work on the machine does not count), and the answer."""
    seconds = []
    for _ in range(repeat):
        begin = time.process_time()
        answer = work()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds), answer


class Row(NamedTuple):
    people: int
    pairs: int
    listing: float
    raw: float
    solving: float
    waiting: float
    checking: float
    explaining: float
    reached: int
    greedy: int
    score: float
    all_pairs: str


def measure(people: int, repeat: int) -> Row:
    offers, wishes = two_sides(people)
    listing, pairs = timed(lambda: feasible_pairs(offers, wishes, best=BEST), repeat)
    given = (pairs.left, pairs.right, pairs.score, offers.capacity, wishes.capacity)
    waiting = (offers.waiting_days, wishes.waiting_days)
    raw, _ = timed(lambda: raw_flow(pairs, offers, wishes), repeat)
    plain, found = timed(lambda: solve(*given), repeat)
    with_days, served = timed(lambda: solve(*given, waiting=waiting), repeat)
    checking, _ = timed(lambda: verify(served, *given, waiting=waiting), repeat)
    full = np.bincount(pairs.right[found.chosen], minlength=people) >= wishes.capacity
    left_over = np.flatnonzero(np.bincount(pairs.left[found.chosen], minlength=people) == 0)[:1000]
    explaining, _ = timed(lambda: explain_left_over(offers, wishes, left_over, taken=full), 1)
    if people <= 10_000:
        everything = feasible_pairs(offers, wishes)
        best = solve(everything.left, everything.right, everything.score, *given[3:])
        all_pairs = f"{len(everything):,} pairs, {best.count:,} people"
    else:
        all_pairs = "not run"
    by_greed, greedy_score = greedy(pairs, offers, wishes)
    return Row(
        people, len(pairs), listing, raw, plain, with_days, checking, 1000 * explaining / len(left_over),
        found.count, by_greed, found.score / greedy_score, all_pairs,
    )  # fmt: skip


def measure_tandem(people: int) -> str:
    everyone, _ = two_sides(people)
    pairs = feasible_pairs(everyone, everyone, rule="exchange", best=BEST)
    both = pairs.left < pairs.right
    columns = pairs.left[both], pairs.right[both], pairs.score[both]
    seconds, found = timed(lambda: tandem(*columns, everyone.capacity, everyone.waiting_days), 1)
    return f"| {people:,} | {both.sum():,} | {seconds:.2f} s | {found.count:,} | {100 * found.gap:.1e} % |"


def table(rows: list[Row], tandems: list[str]) -> str:
    lines = [
        "# Engine: measured",
        "",
        f"`python benchmarks/engine.py`, synthetic towns, seed {SEED}, the best {BEST} pairs of each person;",
        "median processor seconds of one run; listing uses all processors, the rest one thread.",
        "",
        "| people a side | pairs | listing | raw solver | solve | solve, waiting first | verify "
        "| (listing + solve) / raw | waiting / plain | explaining 1,000 left over |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.people:,} | {r.pairs:,} | {r.listing:.3f} | {r.raw:.3f} | {r.solving:.3f} | {r.waiting:.3f} "
        f"| {r.checking:.4f} | {(r.listing + r.solving) / r.raw:.2f} | {r.waiting / r.solving:.2f} "
        f"| {r.explaining:.2f} |"
        for r in rows
    ]
    lines += [
        "",
        "The raw solver finds a largest flow of the best score and nothing else: it neither counts people "
        "first nor gives a certificate.",
        "",
        "| people a side | with a partner | by greedy | more | score / greedy | over all feasible pairs |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.people:,} | {r.reached:,} | {r.greedy:,} | {100 * (r.reached / r.greedy - 1):.1f} % "
        f"| {r.score:.3f} | {r.all_pairs} |"
        for r in rows
    ]
    lines += [
        "",
        "One side, language exchange (`tandem`):",
        "",
        "| people | pairs | time | people with a partner | proven gap at most |",
        "|---|---|---|---|---|",
        *tandems,
        "",
        f"Most memory used: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help="also 100,000 people a side")
    parser.add_argument("--only", type=int, help="one size, printed but not written")
    wanted = parser.parse_args()
    # The first calls compile, or load what was compiled before.
    offers, wishes = two_sides(200)
    pairs = feasible_pairs(offers, wishes, best=BEST)
    explain_pair(offers, wishes, 0, 0)
    explain_left_over(offers, wishes, [0])
    solve(pairs.left, pairs.right, pairs.score, offers.capacity, wishes.capacity)
    measure_tandem(200)
    sizes = [wanted.only] if wanted.only else [1_000, 10_000] + [100_000] * wanted.full
    rows, tandems = [], []
    for people in sizes:
        print(f"{people:,} people a side", file=sys.stderr, flush=True)
        rows.append(measure(people, 5 if people <= 1_000 else 3 if people <= 10_000 else 1))
        tandems.append(measure_tandem(people))
    text = table(rows, tandems)
    print(text)
    if not wanted.only:
        results = Path(__file__).parent / "results"
        results.mkdir(exist_ok=True)
        (results / "engine.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
