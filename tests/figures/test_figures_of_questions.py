"""./dev attack figures: can somebody tell from what is published of the four questions whether a member
answered, or what they answered? The same in short belongs to every run of the tests.

TRIALS, SEED and SAVE=1 as in `test_figures_attack`; this one writes benchmarks/results/figures-questions.md.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bothways.insight.noise import Noise
from bothways.insight.protection import TOTAL
from tests.figures import voices
from tests.figures.attack import Knowledge, published, told
from tests.figures.shape import Counts, Floats
from tests.figures.voices import HALVES, NO, SHAPE, YES

TRIALS = int(os.environ.get("TRIALS", "1500"))
SEED = int(os.environ.get("SEED", "1"))
RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "figures-questions.md"
AT_MOST = 0.55
SAMPLES = 400
# People who come in eight years: some 330 and some 110 of them answer in a half-year.
LARGE, MIDDLE = 3000, 1000
VILLAGERS, FAKES = 12, 50

PROMISED = {
    "periods": "differencing over half-years: the figures before and after",
    "published": "everything published, by likelihood; some 330 answers",
    "insider": "an insider: 50 invented members who all say no, beside some 110 answers of others",
    "village": "an insider: 50 invented members beside 12 others, of whom they know every answer",
}
BEYOND = {
    "all": "50 invented members beside some 330 answers, all of them known, and what the target would say",
}


@dataclass
class Scene:
    """The answers of everybody but the target, and what the attacker knows of them."""

    rest: Counts
    knows: Knowledge

    def but(self, more: Floats) -> Knowledge:
        """What they know, if the target answers so."""
        return Knowledge(self.knows.expected + more, self.knows.samples, SHAPE)


def learned(rng: np.random.Generator, count: int) -> Knowledge:
    every = np.array([voices.counts(rng, voices.voices(rng, count)) for _ in range(SAMPLES)])
    return Knowledge(every.mean(axis=0), every, SHAPE)


def scenes(rng: np.random.Generator) -> dict[str, Callable[[], Scene]]:
    large, middle = learned(rng, LARGE), learned(rng, MIDDLE)
    fakes = voices.fakes(FAKES, NO)

    def published_of(knows: Knowledge, count: int, known: Counts) -> Scene:
        rest = voices.counts(rng, voices.voices(rng, count)) + known
        return Scene(rest, Knowledge(knows.expected + known, knows.samples, SHAPE))

    def known(rest: Counts) -> Scene:
        return Scene(rest, Knowledge(rest.astype(float), None, SHAPE))

    nobody = np.zeros_like(fakes)
    return {
        "periods": lambda: published_of(large, LARGE, nobody),
        "published": lambda: published_of(large, LARGE, nobody),
        "insider": lambda: published_of(middle, MIDDLE, fakes),
        "village": lambda: known(voices.villagers(rng, VILLAGERS) + fakes),
        "all": lambda: known(voices.counts(rng, voices.voices(rng, LARGE)) + fakes),
    }


def rose(seen: Floats, knows: Knowledge, adds: Floats) -> bool:
    """Differencing: from the half-year before the target could answer to the first in which they could, did
    the figures that they add to rise beyond what was to be expected, by more than half of it?"""
    moved = adds @ SHAPE.sums.T
    first = int(np.flatnonzero(np.abs(adds).sum(axis=1))[0])
    usual = knows.expected @ SHAPE.sums.T
    if not first:
        return bool(np.nansum((seen - usual - moved / 2)[0] * moved[0]) > 0)
    rise = (seen - usual)[first] - (seen - usual)[first - 1] - moved[first] / 2
    return bool(np.nansum(rise * moved[first]) > 0)


def answered(name: str, scene: Scene, rng: np.random.Generator) -> bool:
    """Whether the attacker is right about the target having answered at all."""
    target, did = voices.target(rng), bool(rng.random() < 0.5)
    seen = published(scene.rest + did * target.adds, rng, SHAPE)
    adds = target.adds.astype(float) if name == "all" else target.usual
    return (rose if name == "periods" else told)(seen, scene.knows, adds) == did


def said(name: str, scene: Scene, rng: np.random.Generator) -> bool:
    """Whether the attacker, who knows that the target answers, is right about a yes or a no."""
    yes = bool(rng.random() < 0.5)
    target = voices.target(rng, YES if yes else NO)
    seen = published(scene.rest + target.adds, rng, SHAPE)
    knows, adds = scene.but(target.as_no), target.as_yes - target.as_no
    return (rose if name == "periods" else told)(seen, knows, adds) == yes


def played(trials: int, names: list[str], rng: np.random.Generator) -> dict[str, tuple[float, float]]:
    """How often each attacker is right: about whether the target answered, and what."""
    every = scenes(rng)
    return {
        name: (
            sum(answered(name, every[name](), rng) for _ in range(trials)) / trials,
            sum(said(name, every[name](), rng) for _ in range(trials)) / trials,
        )
        for name in names
    }


def written(right: dict[str, tuple[float, float]]) -> str:
    wide = 1.96 * math.sqrt(0.25 / TRIALS)
    lines = [
        "# The attack on the answers to the four questions",
        "",
        f"Made by `SAVE=1 ./dev attack figures`: {TRIALS} simulated programmes for each number, "
        f"{len(SHAPE.cells)} cells in {HALVES} half-years, seed {SEED}. 50 % is guessing; an interval of "
        f"95 % is {wide:.1%} wide each way. The figures come from the product's own functions. Who the "
        "attackers are, and what they know: `docs/algorithms/published-figures.md`.",
        "",
        "| attacker | whether the target answered | whether they said yes or no | aim |",
        "|---|---|---|---|",
    ]
    for name, words in (PROMISED | BEYOND).items():
        aim = "at most 55 %" if name in PROMISED else "not promised"
        lines.append(f"| {words} | {right[name][0]:.1%} | {right[name][1]:.1%} | {aim} |")
    return "\n".join([*lines, ""])


@pytest.mark.attack
def test_figures_of_questions_tell_nobodys_answer() -> None:
    right = played(TRIALS, [*PROMISED, *BEYOND], np.random.default_rng(SEED))
    text = written(right)
    print("\n" + text)
    if os.environ.get("SAVE"):
        RESULTS.write_text(text)
    for name in PROMISED:
        assert max(right[name]) <= AT_MOST, name


def test_in_short_an_insider_guesses_no_better_than_chance() -> None:
    # Of so few a lucky attacker gets more than 55 %: three standard deviations are let through.
    trials = 60
    right = played(trials, ["insider"], np.random.default_rng(7))["insider"]
    assert max(right) <= AT_MOST + 3 * 0.5 / math.sqrt(trials)


def test_without_noise_the_same_attack_tells_a_yes_from_a_no(monkeypatch) -> None:
    monkeypatch.setattr(Noise, "of_cell", lambda *_: 0.0)
    _, right = played(40, ["all"], np.random.default_rng(7))["all"]
    assert right >= 0.75


def test_nothing_of_few_answers_is_published() -> None:
    rng = np.random.default_rng(7)
    seen = published(voices.villagers(rng, VILLAGERS) + voices.fakes(20, NO), rng, SHAPE)
    assert np.isnan(seen[:, [SHAPE.number[table.key, TOTAL] for table in SHAPE.tables]]).all()
