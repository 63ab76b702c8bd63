"""Simulated answers to the four questions by half-years, for the attack on what is published of them.

Invented, as in `programme`: what matters is that the attacker knows how such programmes answer on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bothways.insight.tables import ASKED
from tests.figures.shape import Counts, Floats, Shape

HALVES = 10
ANSWERS = list(ASKED[0].leaves)
SHAPE = Shape(
    list(ASKED), [], [(table.key, leaf) for table in ASKED for leaf in table.leaves], HALVES, first=2 * 2021
)
# How a programme answers, and how often somebody says what they tend to say.
SAID = [0.45, 0.3, 0.1, 0.05, 0.1]
THE_SAME = 0.8
YES, NO = ANSWERS.index("yes"), ANSWERS.index("no")


@dataclass
class Voices:
    """One entry for each; times in half-years since the first release."""

    comes: Floats
    goes: Floats
    takes_part: Floats
    # What they tend to say: people by questions.
    leans: NDArray[np.int64]


def voices(rng: np.random.Generator, count: int) -> Voices:
    """`count` people who come over eight years, of whom the last five are published."""
    comes = rng.uniform(-6, HALVES, count)
    return Voices(
        comes=comes,
        goes=comes + rng.exponential(5, count),
        takes_part=rng.random(count),
        leans=rng.choice(len(ANSWERS), (count, len(ASKED)), p=SAID),
    )


def counts(rng: np.random.Generator, who: Voices) -> Counts:
    """How often each answer was given: half-years by leaves. Only who came before the half-year is asked."""
    out = np.zeros((HALVES, len(ASKED), len(ANSWERS)), np.int64)
    for half in range(HALVES):
        here = (who.comes < half) & (who.goes >= half + 1) & (rng.random(len(who.comes)) < who.takes_part)
        other = rng.choice(len(ANSWERS), who.leans.shape, p=SAID)
        said = np.where(rng.random(who.leans.shape) < THE_SAME, who.leans, other)[here]
        for question in range(len(ASKED)):
            out[half, question] = np.bincount(said[:, question], minlength=len(ANSWERS))
    return out.reshape(HALVES, -1)


@dataclass(frozen=True)
class Target:
    """Who is looked for: what they answer while they are there, and what somebody like them would on average
    (`usual`); the same average of who tends to a yes, or to a no, in all four. The attacker knows on which
    days they came and left."""

    adds: Counts
    usual: Floats
    as_yes: Floats
    as_no: Floats


def target(rng: np.random.Generator, leans: int | None = None, alike: int = 60) -> Target:
    """Somebody who answers nearly each time; with `leans` they tend to that answer in all four questions."""
    comes = rng.uniform(-1, HALVES - 3)
    goes = HALVES + 1.0 if rng.random() < 0.5 else comes + rng.uniform(2, 6)

    def course(count: int, leaning: int | None) -> Counts:
        who = voices(rng, count)
        who.comes[:], who.goes[:], who.takes_part[:] = comes, goes, 0.9
        if leaning is not None:
            who.leans[:] = leaning
        return counts(rng, who)

    averages = (course(alike, leaning) / alike for leaning in (None, YES, NO))
    return Target(course(1, leans), *averages)


def villagers(rng: np.random.Generator, count: int) -> Counts:
    """A few who are there all the time and always answer."""
    who = voices(rng, count)
    who.comes[:], who.goes[:], who.takes_part[:] = -2.0, HALVES + 1.0, 1.0
    return counts(rng, who)


def fakes(count: int, answer: int) -> Counts:
    """Members that an insider made up, who all give one answer to everything in every half-year."""
    out = np.zeros((HALVES, len(ASKED), len(ANSWERS)), np.int64)
    out[:, :, answer] = count
    return out.reshape(HALVES, -1)
