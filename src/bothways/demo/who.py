"""The three invented people whom a visitor of the demo can be."""

from __future__ import annotations

from dataclasses import replace

from bothways.demo.members import Invented
from bothways.programme.api import catalogue

WHO = {
    "amina@demo.invalid": "Amina has a proposal to answer",
    "bo@demo.invalid": "Bo has a partner, a card and meetings",
    "eli@demo.invalid": "Eli coordinates the programme",
}


def named(invented: Invented, members: int, biggest_town: int) -> tuple[Invented, str]:
    """Amina and Bo take the place of two invented members; everybody else keeps a numbered address.

    Both can meet at any time and far around, and Amina joins right after a round, so that she has waited
    longer than most when the next one comes: whatever the seed, somebody suits them.
    """
    for name, number in (("Bo", members // 20), ("Amina", -(-members * 69 // 100))):
        if invented.number == number:
            return _open_minded(invented, name, biggest_town), f"{name.lower()}@demo.invalid"
    return invented, f"member-{invented.number}@demo.invalid"


def _open_minded(invented: Invented, name: str, town: int) -> Invented:
    english, german = catalogue.LANGUAGES.index("en"), catalogue.LANGUAGES.index("de")
    answers = {
        **invented.answers,
        "area": town,
        "radius_km": 50,
        "speak": sorted([english * 4 + 3, german * 4 + 2]),
        "learn": [],
        "times": (1 << catalogue.TIMES) - 1,
        "modes": 7,
        "needs": 0,
        "facts": 0b01111,
        "capacity": 1,
    }
    return replace(
        invented, name=name, language="en", side=1, answers=answers, luck=(0.0,) * len(invented.luck)
    )
