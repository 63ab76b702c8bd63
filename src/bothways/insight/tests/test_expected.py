"""How many come to a gathering: about, once, and not who."""

from __future__ import annotations

import uuid
from collections import Counter

from bothways.insight.expected import SHOWN_FROM, about
from bothways.insight.noise import Noise
from bothways.insight.periods import Quarter

QUARTER = Quarter(2026, 2)


def told(key: int, count: int, gathering: int = 1) -> int | None:
    return about(count, Noise(key.to_bytes(32, "big")), uuid.UUID(int=gathering), QUARTER)


def test_a_multiple_of_five_near_the_count_or_nothing_for_few() -> None:
    for key in range(300):
        number = told(key, 60)
        assert number is not None
        assert number % 5 == 0
        assert abs(number - 60) <= 30
        assert told(key, 9) is None
    assert sum(told(key, 60) == 60 for key in range(300)) < 200
    assert {told(1, 60) for _ in range(5)} == {told(1, 60)}


def test_nobody_can_tell_whether_one_more_comes() -> None:
    """Somebody knows everybody else who comes. The best guess that there is, from the number, is right in at
    most 55 of 100 cases: half of one, and a quarter of what the two sets of numbers differ by."""
    keys = range(6000)
    for others in (9, 10, SHOWN_FROM - 1, SHOWN_FROM, 40, 43):
        without = Counter(told(key, others) for key in keys)
        with_them = Counter(told(key + len(keys), others + 1) for key in keys)
        apart = sum(abs(without[number] - with_them[number]) for number in without | with_them)
        assert 0.5 + apart / len(keys) / 4 <= 0.55 + 0.02, others


def test_nor_from_many_gatherings_of_one_quarter() -> None:
    """Somebody comes to all ten or to none; everybody else is known, and is the same each time."""
    right = 0
    for key in range(1500):
        comes = key % 2
        numbers = [told(key, 60 + comes, gathering) for gathering in range(10)]
        right += (sum(number or 0 for number in numbers) / 10 > 60.5) == comes
    assert right / 1500 <= 0.55 + 3 * 0.5 / 1500**0.5
