"""Listing and solving against the raw flow solver and against greedy, and the best of all feasible pairs.

    ./dev bench engine                      # 1,000 and 10,000 people a side
    ./dev bench engine --full               # and 100,000 and 1,000,000: an hour
    ./dev bench engine --people 100000      # one size, printed but not written

Writes `benchmarks/results/engine.md`. Synthetic countries with areas and quotas (`towns.py`). Each
measurement of a size is a process of its own, one after the other, so that its peak of memory is its own.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from _alone import peak_mib
from ortools.graph.python import min_cost_flow
from towns import SEED, Country, country, two_sides

from bothways.engine.api import (
    Pairs,
    People,
    explain_left_over,
    explain_pair,
    feasible_pairs,
    solve,
    solve_all,
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


def raw_flow(made: Country, pairs: Pairs) -> None:
    """The flow solver by itself on the same arcs: largest flow of the best score, nothing else."""
    n, m, areas = len(made.offers), len(made.wishes), len(made.parent)
    solver = min_cost_flow.SimpleMinCostFlow()
    right, area = n + np.arange(m), n + m + np.arange(areas)
    source, sink = n + m + areas, n + m + areas + 1
    above = np.where(made.parent >= 0, n + m + made.parent, source)
    tail = np.concatenate([pairs.left, above, n + m + made.area, right])
    head = np.concatenate([n + pairs.right, area, np.arange(n), np.full(m, sink)])
    rooms = made.quota, made.offers.capacity, made.wishes.capacity
    room = np.concatenate([np.ones(len(pairs), np.int64), *rooms])
    cost = np.concatenate([-pairs.score.astype(np.int64), np.zeros(len(room) - len(pairs), np.int64)])
    solver.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), room, cost)
    supply = int(made.offers.capacity.sum())
    solver.set_nodes_supplies(np.array([source, sink]), np.array([supply, -supply]))
    solver.solve_max_flow_with_min_cost()


def timed(work: Callable[[], T], repeat: int = 1) -> tuple[float, T]:
    """Median processor seconds (other work on the machine does not count), and the answer."""
    seconds = []
    for _ in range(repeat):
        begin = time.process_time()
        answer = work()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds), answer


def warm_up() -> None:
    """The first calls compile, or load what was compiled before: also what few people never need."""
    small, larger = country(200), country(2_000)
    pairs = feasible_pairs(small.offers, small.wishes, best=BEST)
    explain_pair(small.offers, small.wishes, 0, 0)
    explain_left_over(small.offers, small.wishes, [0])
    verify(found := solve(*columns(pairs), **small.rules()), *columns(pairs), **small.rules())
    solve_all(small.offers, small.wishes, first=1)
    solve_all(larger.offers, larger.wishes, first=1)
    exchange(10_000)
    everybody(small)
    assert len(found.chosen)


def columns(pairs: Pairs) -> tuple[Any, Any, Any]:
    return pairs.left, pairs.right, pairs.score


def everybody(made: Country) -> Any:
    rules = {name: rule for name, rule in made.rules().items() if "area" in name}
    return solve_all(made.offers, made.wishes, **rules)


# --- one process each: what it measures, as numbers with names


def times(people: int) -> dict[str, Any]:
    """Listing, solving, checking and explaining, the raw solver and greedy, on the same pairs."""
    made, repeat = country(people), 5 if people <= 1_000 else 3 if people <= 10_000 else 1
    offers, wishes = made.offers, made.wishes
    listing, pairs = timed(lambda: feasible_pairs(offers, wishes, best=BEST), repeat)
    rules = made.rules()
    plain = {**rules, "waiting": None}
    solving, found = timed(lambda: solve(*columns(pairs), **plain), repeat)
    waiting, served = timed(lambda: solve(*columns(pairs), **rules), repeat)
    checking, _ = timed(lambda: verify(served, *columns(pairs), **rules), repeat)
    raw, _ = timed(lambda: raw_flow(made, pairs), repeat)
    full = np.bincount(pairs.right[found.chosen], minlength=people) >= wishes.capacity
    left_over = np.flatnonzero(np.bincount(pairs.left[found.chosen], minlength=people) == 0)[:1000]
    explaining, _ = timed(lambda: explain_left_over(offers, wishes, left_over, taken=full))
    return {
        "pairs": len(pairs), "listing": listing, "solving": solving, "waiting": waiting, "checking": checking,
        "raw": raw, "explaining": 1000 * explaining / len(left_over), "reached": found.count,
    }  # fmt: skip


def memory(people: int) -> dict[str, Any]:
    """Listing and solving with waiting, and nothing else in the process."""
    made = country(people)
    pairs = feasible_pairs(made.offers, made.wishes, best=BEST)
    solve(*columns(pairs), **made.rules())
    return {"mib": peak_mib()}


def everything(people: int) -> dict[str, Any]:
    """The best of all feasible pairs, proved."""
    made = country(people)
    seconds, best = timed(lambda: everybody(made))
    return {"seconds": seconds, "reached": best.solution.count, "passes": best.passes, "added": best.added,
            "mib": peak_mib()}  # fmt: skip


def by_greed(people: int) -> dict[str, Any]:
    """Without areas, which greedy does not know."""
    offers, wishes = two_sides(people)
    pairs = feasible_pairs(offers, wishes, best=BEST)
    found = solve(*columns(pairs), offers.capacity, wishes.capacity)
    reached, score = greedy(pairs, offers, wishes)
    return {"best": found.count, "greedy": reached, "score": found.score / score}


def exchange(people: int) -> dict[str, Any]:
    everyone, _ = two_sides(people)
    pairs = feasible_pairs(everyone, everyone, rule="exchange", best=BEST)
    both = pairs.left < pairs.right
    given = pairs.left[both], pairs.right[both], pairs.score[both], everyone.capacity, everyone.waiting_days
    seconds, found = timed(lambda: tandem(*given))
    return {"pairs": int(both.sum()), "seconds": seconds, "reached": found.count, "gap": found.gap}


# Greedy is plain Python, and an exchange of so many is no programme: beyond this they are left out.
UP_TO = {"by_greed": 100_000, "exchange": 100_000}
WORKS = {work.__name__: work for work in (times, memory, everything, by_greed, exchange)}


def apart(work: str, people: int) -> dict[str, Any]:
    print(f"{people:,} people a side: {work}", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, "--work", work, "--people", str(people)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(said, file=sys.stderr, end="", flush=True)
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def table(found: dict[int, dict[str, dict[str, Any]]]) -> str:
    lines = [
        "# Engine: measured",
        "",
        f"`./dev bench engine --full`: synthetic countries with areas, seed {SEED}, the best {BEST}",
        "pairs of each person; median processor seconds. Listing counts all processors, the rest one thread.",
        "",
        "| people a side | pairs | listing | raw solver | solve | solve, waiting first | verify "
        "| (listing + solve) / raw | waiting / plain | explaining 1,000 left over | memory |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for people, by_work in found.items():
        t = by_work["times"]
        lines.append(
            f"| {people:,} | {t['pairs']:,} | {t['listing']:.3f} | {t['raw']:.3f} | {t['solving']:.3f} "
            f"| {t['waiting']:.3f} | {t['checking']:.4f} | {(t['listing'] + t['solving']) / t['raw']:.2f} "
            f"| {t['waiting'] / t['solving']:.2f} | {t['explaining']:.2f} "
            f"| {by_work['memory']['mib'] / 1024:.1f} GiB |"
        )
    lines += [
        "",
        "The raw solver (OR-Tools) finds a largest flow of the best score on the same arcs and nothing else:",
        "it neither counts people first nor gives a certificate. Memory: listing and solving with waiting.",
        "",
        "The best of **all** feasible pairs, proved (`solve_all`; no waiting, with areas):",
        "",
        f"| people a side | with a partner, best {BEST} only | of all pairs | time | / raw solver | passes "
        "| pairs that joined | memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for people, by_work in found.items():
        t, e = by_work["times"], by_work["everything"]
        lines.append(
            f"| {people:,} | {t['reached']:,} | {e['reached']:,} | {e['seconds']:.3f} "
            f"| {e['seconds'] / t['raw']:.2f} | {e['passes']} | {e['added']:,} | {e['mib'] / 1024:.1f} GiB |"
        )
    lines += [
        "",
        "Against greedy (best score first), without areas:",
        "",
        "| people a side | with a partner | by greedy | more | score / greedy |",
        "|---|---|---|---|---|",
    ]
    for people, by_work in found.items():
        if "by_greed" not in by_work:
            continue
        g = by_work["by_greed"]
        more = 100 * (g["best"] / g["greedy"] - 1)
        lines.append(f"| {people:,} | {g['best']:,} | {g['greedy']:,} | {more:.1f} % | {g['score']:.3f} |")
    lines += [
        "",
        "One side, language exchange (`tandem`):",
        "",
        "| people | pairs | time | people with a partner | proven gap at most |",
        "|---|---|---|---|---|",
    ]
    for people, by_work in found.items():
        if "exchange" not in by_work:
            continue
        x = by_work["exchange"]
        gap = f"{100 * x['gap']:.1e} %"
        lines.append(f"| {people:,} | {x['pairs']:,} | {x['seconds']:.2f} s | {x['reached']:,} | {gap} |")
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help="also 100,000 and 1,000,000 people a side")
    parser.add_argument("--people", type=int, help="one size, printed but not written")
    parser.add_argument("--work", choices=WORKS, help="only this, in this process, as JSON")
    wanted = parser.parse_args()
    if wanted.work:
        warm_up()
        print(json.dumps(WORKS[wanted.work](wanted.people)))
        return
    sizes = [wanted.people] if wanted.people else [1_000, 10_000] + [100_000, 1_000_000] * wanted.full
    found = {
        people: {work: apart(work, people) for work in WORKS if people <= UP_TO.get(work, people)}
        for people in sizes
    }
    text = table(found)
    print(text)
    if not wanted.people:
        results = Path(__file__).parent / "results"
        results.mkdir(exist_ok=True)
        (results / "engine.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
