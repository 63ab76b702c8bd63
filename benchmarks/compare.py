"""Bothways' choice of pairs against other ways to choose, on the same people, pairs and rules.

    ./dev bench compare            # 1,000 and 10,000 people a side, 10 seconds each
    ./dev bench compare --full     # up to a million, 120 seconds and 4 GiB each

Each method runs in a process of its own. One that does not finish at a size is not tried at larger ones.
Writes `benchmarks/results/compare.md` and plots beside it.
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from _alone import alone, say
from _methods import METHODS, Instance, within_quotas
from towns import SEED, country

from bothways.engine.api import feasible_pairs

BEST = 20
OURS = next(iter(METHODS))
SMALL = 100  # people a side on which everything is compiled and loaded before the clock runs
RESULTS = Path(__file__).parent / "results"


class Row(NamedTuple):
    people: int
    method: str
    seconds: float
    processor: float
    mib: float
    reached: int
    pairs: int
    taken_out: int
    score: int


class Size(NamedTuple):
    """A country whose pairs have been listed."""

    people: int
    listed: int
    seconds: float
    mib: float
    tight: int
    areas: int


# --- in a process of its own -------------------------------------------------


def listing(people: int, file: Path) -> None:
    made = country(SMALL)
    feasible_pairs(made.offers, made.wishes, best=BEST)
    made = country(people)
    ready(file).touch()
    begun = time.perf_counter()
    pairs = feasible_pairs(made.offers, made.wishes, best=BEST)
    seconds = time.perf_counter() - begun
    np.savez(file, left=pairs.left, right=pairs.right, score=pairs.score)
    say(listed=len(pairs), seconds=seconds)


def ready(file: Path) -> Path:
    """Made when the clock starts to run."""
    return file.with_suffix(".ready")


def stored(people: int, file: Path) -> Instance:
    with np.load(file) as kept:
        columns = [kept[name].astype(np.int64) for name in ("left", "right", "score")]
    return Instance(*columns, country(people).rules())


def small() -> Instance:
    made = country(SMALL)
    pairs = feasible_pairs(made.offers, made.wishes, best=BEST)
    columns = [column.astype(np.int64) for column in (pairs.left, pairs.right, pairs.score)]
    return Instance(*columns, made.rules())


def choosing(people: int, file: Path, name: str) -> None:
    method, warm = METHODS[name], small()
    within_quotas(warm, method.choose(warm))
    given = stored(people, file)
    ready(file).touch()
    # Short work is done again: the median says more than once.
    seconds: list[float] = []
    processor: list[float] = []
    while len(seconds) < 5 and sum(seconds) < 2:
        begun, worked = time.perf_counter(), time.process_time()
        found = method.choose(given)
        seconds.append(time.perf_counter() - begun)
        processor.append(time.process_time() - worked)
    kept = within_quotas(given, found)
    if method.quotas and len(kept) != len(found):
        raise RuntimeError("broke a capacity or a quota")
    say(
        seconds=statistics.median(seconds),
        processor=statistics.median(processor),
        reached=len(np.unique(given.left[kept])) + len(np.unique(given.right[kept])),
        pairs=len(kept),
        taken_out=len(found) - len(kept),
        score=int(given.score[kept].sum()),
        tight=tight_areas(given, kept),
    )


def tight_areas(given: Instance, chosen: np.ndarray) -> int:
    """How many areas have no room left."""
    parent, load = given.rules["area_parent"], np.zeros(len(given.rules["area_parent"]), np.int64)
    at = given.rules["left_area"][given.left[chosen]]
    while len(at):
        load += np.bincount(at, minlength=len(load))
        at = parent[at]
        at = at[at >= 0]
    return int((load >= given.rules["area_capacity"]).sum())


# --- outside -----------------------------------------------------------------


def measure(people: int, wanted: argparse.Namespace, given_up: dict[str, str], rows: list[Row]) -> Size | str:
    mib, tight = int(wanted.memory * 1024), 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pairs.npz"
        # Listing is measured in engine.md; here it only has to be done.
        listed = alone(
            __file__,
            "--list",
            str(people),
            str(file),
            ready=ready(file),
            seconds=10 * wanted.limit,
            mib=3 * mib,
        )
        if listed.said is None:
            return listed.failed
        for name in METHODS:
            if name in given_up:
                continue
            print(f"{people:,}: {name}", file=sys.stderr, flush=True)
            one = ("--choose", str(people), str(file), name)
            outcome = alone(__file__, *one, ready=ready(file), seconds=wanted.limit, mib=mib)
            if outcome.said is None:
                given_up[name] = f"at {people:,}: {outcome.failed}"
                continue
            if name == OURS:
                tight = outcome.said["tight"]
            rows.append(Row(people, name, **{k: v for k, v in outcome.said.items() if k in Row._fields}))
    areas = len(country(people).parent)
    return Size(people, listed.said["listed"], listed.said["seconds"], listed.said["mib"], tight, areas)


HEAD = """# Ways to choose pairs, compared

`./dev bench compare{full}`: invented towns, seed {seed}, the best {best} feasible pairs of each person,
capacities 1 to 3 on the left and 1 to 2 on the right, quotas in a tree of areas. Every method is given the
same pairs and runs in a process of its own, for {limit:.0f} seconds and with {memory:.0f} GiB at most; one
that does not finish at a size is not tried at larger ones. Seconds are those of the choice alone (wall
clock, median of up to five), and beside them the processor's, which other work on the machine adds nothing
to. MiB are the most that the process held, the program and the people included. {machine}, Python {python}.

A method that knows no quotas has the pairs above them taken out afterwards, the weakest first.
"""

TAIL = """
## In pictures

![Processor seconds for the choice](compare-time.svg)

![Most memory held](compare-memory.svg)

![People with a partner](compare-people.svg)

## How to read it

- LEMON, HiGHS and networkx's network simplex are given our network with our first and third aim. That they
  find as many people and the same score is a check: three programs that share no line with ours. None of
  them proves its answer; ours does, and the time for the proof's prices is in ours.
- OR-Tools' flow by itself counts pairs, not people: a second partner is worth as much to it as a first.
- Assignment knows no capacities: a person of capacity 3 stands there three times, and may be given the same
  partner twice, which counts once here.
- Stable matching asks that no two people would rather have each other. It does not ask how many are left
  over.
- `networkx matching` gives everybody one partner at most.
"""


def text(rows: list[Row], sizes: list[Size], given_up: dict[str, str], wanted: argparse.Namespace) -> str:
    parts = [
        HEAD.format(
            full=" --full" if wanted.full else "", seed=SEED, best=BEST, limit=wanted.limit,
            memory=wanted.memory, machine=platform.machine(), python=platform.python_version(),
        )
    ]  # fmt: skip
    parts += [table(size, [row for row in rows if row.people == size.people]) for size in sizes]
    stopped = [f"- {name}, {why}" for name, why in given_up.items()]
    parts += ["\n## What did not finish\n", "\n".join(stopped or ["Everything finished."]), TAIL]
    return "\n".join(parts)


def table(size: Size, rows: list[Row]) -> str:
    lines = [
        f"\n## {size.people:,} people a side",
        "",
        f"{size.listed:,} pairs, listed in {size.seconds:.2f} s with {size.mib:,.0f} MiB; "
        f"{size.tight} of {size.areas} areas are full in our choice.",
        "",
        "| method | makes best | seconds | processor | MiB | people with a partner | pairs | taken out "
        "| score |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.method} | {METHODS[r.method].aim} | {r.seconds:.3f} | {r.processor:.3f} "
        f"| {r.mib:,.0f} | {r.reached:,} | {r.pairs:,} | {r.taken_out:,} | {r.score:,} |"
        for r in rows
    ]
    return "\n".join(lines)


def plots(rows: list[Row], folder: Path) -> None:
    from _plots import bars, lines

    def curve(name: str, what: str) -> tuple[list[int], list[float]]:
        mine = [row for row in rows if row.method == name]
        return [row.people for row in mine], [getattr(row, what) for row in mine]

    ticks = sorted({row.people for row in rows})
    for what, up in (("processor", "seconds"), ("mib", "MiB")):
        lines(
            folder / f"compare-{'time' if what == 'processor' else 'memory'}.svg",
            {name: curve(name, what) for name in METHODS if curve(name, what)[0]},
            title="Processor seconds for the choice" if what == "processor" else "Most memory held",
            across="people a side", up=up, log="xy" if what == "processor" else "x", ticks=ticks,
        )  # fmt: skip
    smallest = [row for row in rows if row.people == ticks[0]]
    bars(
        folder / "compare-people.svg",
        {row.method: 100 * row.reached / (2 * row.people) for row in smallest},
        title=f"People with a partner, {ticks[0]:,} a side", across="% of all people",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help="up to a million people a side")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--limit", type=float, help="seconds for one method (10; 120 with --full)")
    parser.add_argument("--memory", type=float, default=4, help="GiB for one method")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--list", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--choose", nargs=3, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.list:
        return listing(int(wanted.list[0]), Path(wanted.list[1]))
    if wanted.choose:
        return choosing(int(wanted.choose[0]), Path(wanted.choose[1]), wanted.choose[2])
    wanted.limit = wanted.limit or (120.0 if wanted.full else 10.0)
    sizes = wanted.sizes or [1_000, 10_000] + [100_000, 1_000_000] * wanted.full
    rows: list[Row] = []
    done: list[Size] = []
    given_up: dict[str, str] = {}
    for people in sorted(sizes):
        size = measure(people, wanted, given_up, rows)
        if isinstance(size, str):
            given_up[f"listing {people:,}"] = size
            break
        done.append(size)
    wanted.out.mkdir(parents=True, exist_ok=True)
    written = text(rows, done, given_up, wanted)
    (wanted.out / "compare.md").write_text(written, encoding="utf-8")
    plots(rows, wanted.out)
    print(written)
    return None


if __name__ == "__main__":
    main()
