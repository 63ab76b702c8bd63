"""Who is invented: a reproducible spread of places, languages, times and wishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bothways.programme.api import catalogue

NAMES = (
    "Ada Adam Aino Aisha Alba Ali Alma Amal Ana Anders Anh Anna Anouk Ari Asha Astrid Ayo Basma Ben Bilal "
    "Camille Carlos Chidi Chloe Clara Daria David Deniz Diego Dina Elena Elif Emil Emma Esra Eva Farah "
    "Felix Finn Fiona Gabriel Grace Hana Hanna Hassan Hugo Ida Idris Ines Iris Ivan Jamal Jan Jana Joan "
    "Jonas Juan Julia Kai Karim Katya Kim Kofi Lars Layla Lea Leila Lena Leo Lina Luca Lucia Maja Malik "
    "Mara Marta Mateo Maya Mei Mila Mina Mira Musa Nadia Nia Nils Nina Noa Noor Olga Omar Oskar Paula "
    "Pavel Petra Rana Rania Rosa Ruth Sami Samira Sara Selma Sofia Stefan Tariq Tea Theo Tomas Uma Vera "
    "Viktor Wei Yara Yasmin Yuki Yusuf Zahra Zoe"
).split()

# Language codes of people who would like company, with how many of a thousand speak them.
ARRIVING = {"ar": 230, "uk": 210, "fa": 110, "tr": 90, "prs": 60, "kmr": 60, "so": 40, "ti": 40, "ru": 40,
            "es": 30, "fr": 30, "ps": 20, "vi": 20, "zh": 20}  # fmt: skip
HELPING = {
    "fr": 150,
    "es": 120,
    "ru": 80,
    "ar": 40,
    "tr": 40,
    "it": 60,
    "pl": 40,
    "uk": 15,
    "fa": 10,
    "zh": 10,
}
RADII = (2, 5, 10, 15, 20, 30, 50)
RADIUS_SHARE = (0.04, 0.18, 0.30, 0.20, 0.14, 0.10, 0.04)


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented member: a name, a page language and the answers to the form."""

    number: int
    name: str
    language: str
    side: int
    answers: dict[str, Any]
    # Shares that decide what they do later: say yes, meet, write, ask.
    luck: tuple[float, ...]


def invent(
    count: int, seed: int, *, towns: Sequence[int], populations: Sequence[int], home: str = "de"
) -> Iterator[Invented]:
    """`count` members over `towns` (area ids, with their populations); same seed, same members."""
    rng = np.random.default_rng(seed)
    # Big towns draw fewer members per head, or everybody would live in one place.
    weight = np.power(np.asarray(populations, dtype=float), 0.7)
    weight /= weight.sum()
    for number in range(count):
        side = int(rng.random() < 0.55)
        speak, learn = _languages(rng, side, home)
        answers = {
            "area": int(rng.choice(np.asarray(towns), p=weight)),
            "radius_km": int(rng.choice(RADII, p=RADIUS_SHARE)),
            "speak": speak,
            "learn": learn,
            "times": _times(rng),
            "modes": _modes(rng),
            "interests": _interests(rng),
            **_needs_and_facts(rng),
            "capacity": int(rng.choice((1, 2, 3), p=(0.7, 0.2, 0.1))) if side == 0 else 1,
        }
        yield Invented(
            number=number,
            name=NAMES[int(rng.integers(len(NAMES)))],
            language=_page_language(speak),
            side=side,
            answers=answers,
            luck=tuple(float(x) for x in rng.random(8)),
        )


def _languages(rng: np.random.Generator, side: int, home: str) -> tuple[list[int], list[int]]:
    number = {code: n for n, code in enumerate(catalogue.LANGUAGES)}
    if side == 0:
        speak = {number[home]: 3}
        if rng.random() < 0.75:
            speak[number["en"]] = int(rng.integers(1, 4))
        if rng.random() < 0.35:
            speak[number[_pick(rng, HELPING)]] = int(rng.integers(1, 4))
        learn = {number[_pick(rng, ARRIVING)]: 0} if rng.random() < 0.2 else {}
    else:
        speak = {number[_pick(rng, ARRIVING)]: 3}
        if rng.random() < 0.4:
            speak[number["en"]] = int(rng.integers(1, 4))
        if rng.random() < 0.6:
            speak[number[home]] = int(rng.integers(0, 3))
        learn = {number[home]: int(rng.integers(0, 3))}
    return _coded(speak), _coded({n: level for n, level in learn.items() if n not in speak or speak[n] < 3})


def _coded(levels: dict[int, int]) -> list[int]:
    return sorted(number * 4 + level for number, level in levels.items())


def _pick(rng: np.random.Generator, shares: dict[str, int]) -> str:
    weight: NDArray[np.float64] = np.asarray(list(shares.values()), dtype=float)
    return str(rng.choice(np.asarray(list(shares)), p=weight / weight.sum()))


def _page_language(speak: list[int]) -> str:
    codes = {catalogue.LANGUAGES[coded // 4] for coded in speak}
    return "ar" if "ar" in codes else "zh-hans" if "zh" in codes else "en"


def _times(rng: np.random.Generator) -> int:
    """Evenings and weekends are likelier; nobody has no time at all."""
    bits = 0
    for day in range(7):
        for part in range(3):
            likely = 0.45 if part == 2 or day >= 5 else 0.18
            if rng.random() < likely:
                bits |= 1 << (day * 3 + part)
    return bits or 1 << (5 * 3 + 1)


def _modes(rng: np.random.Generator) -> int:
    bits = 0
    for mode, likely in enumerate((0.95, 0.5, 0.35, 0.08)):
        if rng.random() < likely:
            bits |= 1 << mode
    return bits or 1


def _interests(rng: np.random.Generator) -> int:
    size = len(catalogue.INTERESTS)
    popularity = 1.0 / np.arange(4, 4 + size)
    chosen = rng.choice(size, size=int(rng.integers(2, 8)), replace=False, p=popularity / popularity.sum())
    return sum(1 << int(number) for number in chosen)


def _needs_and_facts(rng: np.random.Generator) -> dict[str, int]:
    needs = facts = 0
    for number, likely in enumerate((0.06, 0.06, 0.12)):
        needs |= int(rng.random() < likely) << number
        facts |= int(rng.random() < 0.6) << number
    woman = rng.random() < 0.55
    if rng.random() < 0.8:
        facts |= 1 << (3 if woman else 4)
    if woman and rng.random() < 0.1:
        needs |= 1 << 3
    elif not woman and rng.random() < 0.03:
        needs |= 1 << 4
    return {"needs": needs, "facts": facts}
