"""./dev attack figures: can somebody tell from all published figures whether a person is a member?

Prints what each attacker gets right, where 50 % is guessing, and how exact the figures are beside it. The
same seed gives the same numbers. TRIALS: how many programmes each attacker sees; SEED; SAVE=1 writes
benchmarks/results/figures.md.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest

from tests.figures import programme as simulated
from tests.figures.attack import Knowledge, by_periods, by_totals, published, told
from tests.figures.programme import SHAPE, TOWNS, WEIGHTS
from tests.figures.shape import Counts, Floats

pytestmark = pytest.mark.attack

TRIALS = int(os.environ.get("TRIALS", "1500"))
SEED = int(os.environ.get("SEED", "1"))
RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "figures.md"
# People who come in seven years, and how many of them live in the town of the target.
PEOPLE, TOWN, FOLK = 4300, 6, 200
VILLAGERS, FAKES = 12, 50
AT_MOST, EXACT = 0.55, 0.05
SAMPLES = 3000

PROMISED = {
    "periods": "differencing over periods: the town before and after",
    "totals": "subtraction from totals: the region less its other towns",
    "published": "everything published, by likelihood",
    "town": "the same, and knows everybody else in the town by name",
    "insider": "an insider: 50 invented members in a village, knows the other 12, everything published",
    "edge": "an insider: 9 invented members in an empty town, so that the target would be the tenth",
}
BEYOND = {
    "course": "as the fourth, and knows what the target would have done in every quarter",
    "all": "knows everything about everybody else in the programme, and what the target would have done",
}


def elsewhere(rng: np.random.Generator, count: int = PEOPLE) -> Counts:
    """The people of all other towns."""
    chances = np.delete(WEIGHTS, TOWN) / np.delete(WEIGHTS, TOWN).sum()
    towns = rng.choice(np.delete(np.arange(TOWNS), TOWN), count, p=chances)
    return simulated.counts(rng, simulated.people(rng, count, towns))


def folk(rng: np.random.Generator, count: int) -> Counts:
    return simulated.counts(rng, simulated.people(rng, count, np.full(count, TOWN)))


def learned(samples: list[Counts]) -> Knowledge:
    every = np.array(samples)
    return Knowledge(every.mean(axis=0), every)


def played(rng: np.random.Generator) -> tuple[dict[str, list[bool]], list[tuple[Floats, Floats]]]:
    """What each attacker guessed rightly, and figures beside their counts."""
    others = [elsewhere(rng) for _ in range(SAMPLES)]
    apart = learned(others)
    whole = learned([rest + folk(rng, FOLK) for rest in others])
    right: dict[str, list[bool]] = {name: [] for name in (*PROMISED, *BEYOND)}
    seen: list[tuple[Floats, Floats]] = []
    for _ in range(TRIALS):
        member = bool(rng.random() < 0.5)
        target = simulated.target(rng, TOWN)
        rest, town = elsewhere(rng), folk(rng, FOLK)
        real = rest + town + member * target.adds
        figures = published(real, rng)
        seen.append((figures, real @ SHAPE.sums.T))
        knows_town = apart.beside(town)
        guesses = {
            "periods": by_periods(figures, whole, target.usual),
            "totals": by_totals(figures, knows_town, target.usual),
            "published": told(figures, whole, target.usual),
            "town": told(figures, knows_town, target.usual),
            "course": told(figures, knows_town, target.adds),
            "all": told(figures, Knowledge(rest + town), target.adds),
        }
        village = simulated.fakes(rng, FAKES, TOWN) + folk(rng, VILLAGERS)
        figures = published(rest + village + member * target.adds, rng)
        guesses["insider"] = told(figures, apart.beside(village), target.usual)
        nine = simulated.fakes(rng, 9, TOWN)
        figures = published(rest + nine + member * target.adds, rng)
        guesses["edge"] = told(figures, apart.beside(nine), target.usual)
        for name, guess in guesses.items():
            right[name].append(guess == member)
    return right, seen


def exactness(seen: list[tuple[Floats, Floats]]) -> list[tuple[str, float, float]]:
    """By size: the median relative error of the figures that are shown, and the part that is hidden."""
    figures = np.array([one for one, _ in seen]).ravel()
    real = np.array([one for _, one in seen]).ravel()
    rows = []
    for low, high in ((50, math.inf), (50, 100), (100, 200), (200, 500), (500, math.inf)):
        here = (real >= low) & (real < high)
        shown = here & ~np.isnan(figures)
        if not shown.any():
            continue
        error = float(np.median(np.abs(figures[shown] - real[shown]) / real[shown]))
        name = f"{low} and more" if high == math.inf else f"{low} to {high - 1}"
        rows.append((name, error, 1 - shown.sum() / here.sum()))
    return rows


def written(right: dict[str, list[bool]], sizes: dict[str, list[tuple[str, float, float]]]) -> str:
    lines = [
        "# The attack on the published figures",
        "",
        f"Made by `SAVE=1 ./dev attack figures`: {TRIALS} simulated programmes for each attacker, "
        f"{len(SHAPE.cells)} cells in {simulated.QUARTERS} quarters, seed {SEED}. Half of the time the "
        "target is a member; 50 % is guessing. The figures come from the product's own functions. Who the "
        "attackers are, and what they know: `docs/algorithms/published-figures.md`.",
        "",
        "| attacker | guesses right | 95 % interval | aim |",
        "|---|---|---|---|",
    ]
    for name, words in (PROMISED | BEYOND).items():
        rate = sum(right[name]) / len(right[name])
        wide = 1.96 * math.sqrt(rate * (1 - rate) / len(right[name]))
        aim = "at most 55 %" if name in PROMISED else "not promised"
        lines.append(f"| {words} | {rate:.1%} | {rate - wide:.1%} to {rate + wide:.1%} | {aim} |")
    for programme, rows in sizes.items():
        lines += ["", f"How exact the figures are, in {programme}:", ""]
        lines += ["| people in the cell | median relative error | hidden |", "|---|---|---|"]
        lines += [f"| {name} | {error:.1%} | {hidden:.0%} |" for name, error, hidden in rows]
    return "\n".join([*lines, ""])


def test_figures_tell_nobody_apart_and_are_of_use() -> None:
    rng = np.random.default_rng(SEED)
    right, seen = played(rng)
    sizes = {"programmes of about 1,000 members (those of the attack)": exactness(seen)}
    for people, words in ((1200, "of about 300 members"), (20_000, "of about 5,000 members")):
        real = [elsewhere(rng, people) for _ in range(20)]
        sizes[f"programmes {words}"] = exactness([(published(one, rng), one @ SHAPE.sums.T) for one in real])
    text = written(right, sizes)
    print("\n" + text)
    if os.environ.get("SAVE"):
        RESULTS.write_text(text)
    for name in PROMISED:
        assert sum(right[name]) / TRIALS <= AT_MOST, name
    assert next(iter(sizes.values()))[0][1] <= EXACT
