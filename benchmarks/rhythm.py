"""What it brings to choose exactly, and how often: a programme replayed day by day under many plans.

    ./dev bench rhythm            # 300 and 3,000 people a year, a few invented programmes of each size
    ./dev bench rhythm --full     # and 20,000, and more programmes

Writes `benchmarks/results/rhythm.md` and plots beside it. The same seeds give the same file.
"""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from _methods import take
from _replay import (
    AGAIN,
    ANSWER,
    MEASURED,
    PATIENCE,
    TOGETHER,
    YES,
    Choose,
    Int64,
    Plan,
    Replay,
    World,
    world,
)

from bothways.engine.api import solve

RESULTS = Path(__file__).parent / "results"
RHYTHMS = (1, 3, 7, 14, 30, 60)
BY_HAND = 20  # pairs a coordinator with a list makes in a week
# People a year: how many programmes of that size are replayed, by default and with --full.
PROGRAMMES = {300: (12, 24), 3_000: (4, 8), 20_000: (0, 3)}
MIDDLE = 3_000
PATIENCES = (30, 90, 365)


# --- ways to choose, from what is possible today ------------------------------


def exact(w: World, possible: Int64, waited: Int64) -> Int64:
    left, i = np.unique(w.left[possible], return_inverse=True)
    right, j = np.unique(w.right[possible], return_inverse=True)
    ones = np.ones(len(left), np.int64), np.ones(len(right), np.int64)
    return possible[solve(i, j, w.score[possible], *ones, waiting=(waited[left], waited[right])).chosen]


def greedy(w: World, possible: Int64, waited: Int64, most: int | None = None) -> Int64:
    """Best score first; among equals whoever has waited longest."""
    left, i = np.unique(w.left[possible], return_inverse=True)
    right, j = np.unique(w.right[possible], return_inverse=True)
    days = waited[w.left[possible]] + waited[w.right[possible]]
    order = np.lexsort((-days, -w.score[possible]))
    room = np.ones(len(left), np.int64), np.ones(len(right), np.int64)
    # One area around everybody, large enough.
    area = np.zeros(len(left), np.int64), np.array([-1]), np.array([len(possible)])
    taken = take(order, i, j, *room, *area)
    return possible[order[taken[order]][:most]]


def best_few(w: World, possible: Int64, waited: Int64, each: int) -> Int64:
    """Exact among everybody's best few: what a list of suggestions for each person would hold."""
    score = w.score[possible]
    kept = np.zeros(len(possible), np.bool_)
    for who in (w.left[possible], w.right[possible]):
        order = np.lexsort((-score, who))
        first = np.searchsorted(who[order], who[order])
        kept[order[np.arange(len(order)) - first < each]] = True
    return exact(w, possible[kept], waited)


def plans() -> dict[str, Plan]:
    made = {f"exact, every {days} days": Plan(days, exact) for days in RHYTHMS}
    made |= {f"greedy, every {days} days": Plan(days, greedy) for days in RHYTHMS}
    made |= {
        f"by hand, {BY_HAND} pairs a week": Plan(7, partial(greedy, most=BY_HAND)),
        "exact, best 5 of each, every 7 days": Plan(7, partial(best_few, each=5)),
        "exact, best 20 of each, every 7 days": Plan(7, partial(best_few, each=20)),
        "at once, the best there is": Plan(0, None, at_once=True),
        "exact, every 7 days, new people at once": Plan(7, exact, at_once=True),
        "exact, every 30 days, new people at once": Plan(30, exact, at_once=True),
    }
    return {name.replace("every 1 days", "every day"): plan for name, plan in made.items()}


# --- measuring ----------------------------------------------------------------


class Row(NamedTuple):
    """Means over the programmes; `more` is against exact rounds every 7 days, `spread` its standard error."""

    people: int
    plan: str
    share: float
    more: float
    spread: float
    median: float
    ninety: float
    score: float


def measure(people: int, programmes: int, patience: float = PATIENCE, only: str = "") -> list[Row]:
    chosen = {name: plan for name, plan in plans().items() if name.startswith(only)}
    results: dict[str, list[tuple[float, ...]]] = {name: [] for name in chosen}
    for seed in range(programmes):
        print(f"{people:,} people a year, programme {seed + 1} of {programmes}", file=sys.stderr, flush=True)
        given = world(people, seed, patience)
        for name, plan in chosen.items():
            out = Replay(given, plan).run()
            days = np.percentile(out.waited, [50, 90])
            results[name].append((100 * out.found / out.spells, *days, out.score.mean()))
    table = {name: np.array(rows) for name, rows in results.items()}
    usual = table["exact, every 7 days"][:, 0]
    rows = []
    for name, values in table.items():
        more = values[:, 0] - usual
        error = float(more.std(ddof=1) / len(more) ** 0.5) if len(more) > 1 else 0.0
        rows.append(Row(people, name, values[:, 0].mean(), more.mean(), error, *values[:, 1:].mean(0)))
    return rows


class Once(NamedTuple):
    people: int
    way: str
    reached: float
    score: float


def once(people: int, programmes: int) -> list[Once]:
    """One round for a full waiting list: everybody who comes within half a year is there at the same time."""
    ways: dict[str, Choose] = {
        "exact": exact,
        "exact, best 20 of each": partial(best_few, each=20),
        "exact, best 5 of each": partial(best_few, each=5),
        "greedy": greedy,
        f"by hand, {BY_HAND} pairs": partial(greedy, most=BY_HAND),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for seed in range(programmes):
        w = world(people, seed)
        here = w.arrival < 183
        possible = np.flatnonzero(here[w.left] & here[w.right])
        for name, choose in ways.items():
            chosen = choose(w, possible, 183 - w.arrival)
            score = float(w.score[chosen].mean())
            found[name].append((200 * len(chosen) / here.sum(), score))
    return [Once(people, name, *np.mean(rows, axis=0)) for name, rows in found.items()]


def hurry(programmes: int) -> dict[int, list[float]]:
    """The shares found by exact rounds in each rhythm, when people give up sooner or later."""
    rows = {days: measure(MIDDLE, programmes, days, only="exact, every") for days in PATIENCES}
    return {days: [row.share for row in mine[: len(RHYTHMS)]] for days, mine in rows.items()}


# --- telling ------------------------------------------------------------------


HEAD = f"""# What the promise buys, and how often to choose: measured

`./dev bench rhythm{{full}}`: invented programmes in towns (`benchmarks/towns.py`), replayed day by day for
two years. What chance decides (who comes, what they wish, how long they wait, what they answer, how long a
pair lasts) is the same under every plan.

- People come one by one, half of them to each side. Everybody has room for one partner at a time.
- Whoever waits gives up after {PATIENCE} days on average (exponential).
- A proposal is answered after {ANSWER} days. How many are accepted grows with the score, from
  {100 * YES[0]:.0f} % at 0 to {100 * YES[1]:.0f} % at {YES[2]}. A pair that was declined is not proposed
  again.
- A pair lasts {TOGETHER} days on average. Then {100 * AGAIN:.0f} % of the people come back and wait anew,
  never for the same partner.
- Counted are all waits that began in the year from day {MEASURED[0]} to day {MEASURED[1]}.

"Found" is the share of these waits that ended with a partner. "Against weekly" is its difference from exact
rounds every 7 days, in points, with the standard error over the programmes. Days are from the beginning of
the wait to the second yes, of those who found somebody. The score is the mean of the accepted pairs.
"""

TAIL = """
## In pictures

![Waits that end with a partner](rhythm-found.svg)

![Days until there is a partner](rhythm-days.svg)

![Plans compared](rhythm-plans.svg)

![One round for a full waiting list](rhythm-once.svg)

What it means, in plain words: [what the promise buys](../../docs/algorithms/what-the-promise-buys.md).
"""


class Measured(NamedTuple):
    programmes: dict[int, int]
    rows: list[Row]
    once: list[Once]
    hurry: dict[int, list[float]]


def told(found: Measured, full: bool) -> str:
    parts = [HEAD.format(full=" --full" if full else "")]
    for people, programmes in found.programmes.items():
        parts += [
            f"## {people:,} people a year, {programmes} programmes",
            "",
            "One round for all who come within half a year, as if they were there at the same time:",
            "",
            "| way | get a proposal | mean score of a pair |",
            "|---|---|---|",
            *[f"| {r.way} | {r.reached:.1f} % | {r.score:.0f} |" for r in found.once if r.people == people],
            "",
            "Day by day:",
            "",
            "| plan | found | against weekly | days, half of them | days, nine in ten | mean score |",
            "|---|---|---|---|---|---|",
            *[line(row) for row in found.rows if row.people == people],
            "",
        ]
    parts += [
        f"## Less patience and more, {MIDDLE:,} people a year",
        "",
        "Exact rounds, when people give up after another number of days on average:",
        "",
        "| gives up after | " + " | ".join(f"every {days} days" for days in RHYTHMS) + " |",
        "|---|" + "---|" * len(RHYTHMS),
    ]
    for days, shares in found.hurry.items():
        parts.append(f"| {days} days | " + " | ".join(f"{share:.1f} %" for share in shares) + " |")
    return "\n".join([*parts, TAIL]).replace("every 1 days", "every day")


def line(r: Row) -> str:
    return (
        f"| {r.plan} | {r.share:.1f} % | {r.more:+.1f} ± {r.spread:.1f} | {r.median:.0f} | {r.ninety:.0f} "
        f"| {r.score:.0f} |"
    )


SHOWN = (
    "exact, every 7 days, new people at once", "exact, every day", "exact, every 7 days",
    "greedy, every 7 days", "exact, every 30 days", "greedy, every 30 days",
    f"by hand, {BY_HAND} pairs a week",
)  # fmt: skip


def plots(found: Measured, folder: Path) -> None:
    from _plots import bars, lines

    def curve(people: int, way: str, what: str) -> tuple[list[int], list[float]]:
        mine = [r for r in found.rows if r.people == people and r.plan.startswith(f"{way}, every")]
        return list(RHYTHMS), [getattr(row, what) for row in mine[: len(RHYTHMS)]]

    for what, file, up, title in (
        ("share", "rhythm-found.svg", "% of waits", "Waits that end with a partner"),
        (
            "median",
            "rhythm-days.svg",
            "days",
            "Days until there is a partner, half of those who find one",
        ),
    ):
        drawn = {
            f"{people:,} a year, {way}": curve(people, way, what)
            for people in sorted(found.programmes, reverse=True)
            for way in ("exact", "greedy")
        }
        lines(
            folder / file, drawn, title=title, across="days between rounds", up=up, log="x", ticks=RHYTHMS,
            from_zero=True,
        )  # fmt: skip
    middle = {r.plan: r.share for r in found.rows if r.people == MIDDLE}
    if middle:
        bars(
            folder / "rhythm-plans.svg", {plan: middle[plan] for plan in SHOWN},
            title=f"Waits that end with a partner, {MIDDLE:,} people a year", across="% of waits",
        )  # fmt: skip
        bars(
            folder / "rhythm-once.svg", {r.way: r.reached for r in found.once if r.people == MIDDLE},
            title="One round for a full waiting list", across="% of the people on it get a proposal",
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help="20,000 people a year too, and more programmes")
    parser.add_argument("--sizes", type=int, nargs="+", choices=list(PROGRAMMES))
    parser.add_argument("--out", type=Path, default=RESULTS)
    wanted = parser.parse_args()
    programmes = {people: number[wanted.full] for people, number in PROGRAMMES.items() if number[wanted.full]}
    if wanted.sizes:
        programmes = {people: number for people, number in programmes.items() if people in wanted.sizes}
    found = Measured(
        programmes,
        [row for people, number in programmes.items() for row in measure(people, number)],
        [row for people, number in programmes.items() for row in once(people, number)],
        hurry(PROGRAMMES[MIDDLE][wanted.full]),
    )
    text = told(found, wanted.full)
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "rhythm.md").write_text(text, encoding="utf-8")
    plots(found, wanted.out)
    print(text)


if __name__ == "__main__":
    main()
