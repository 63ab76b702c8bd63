"""How many come to a gathering: about, once, and not who."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from tests.cast import someone

from bothways.core.clock.api import now, travelled
from bothways.core.walls import api as walls
from bothways.enrol.tests.factory import enrolled
from bothways.gather import api as gather
from bothways.insight.expected import SHOWN_FROM, about, tell_expected
from bothways.insight.noise import Noise
from bothways.insight.periods import Quarter
from bothways.programme.tests.factory import a_programme

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
    keys = range(4000)
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


@pytest.mark.django_db
def test_it_is_told_once_two_days_before() -> None:
    eli = someone("Eli")
    programme = a_programme(eli)
    begins = now() + timedelta(days=5)
    big, small, off = (
        gather.publish(
            eli.who, programme_id=programme.id, title=title, starts_at=begins, minutes=90, place="The library"
        )
        for title in ("Soup", "Tea", "Cake")
    )
    members = [someone(f"Member {number}") for number in range(60)]
    for number, member in enumerate(members):
        enrolled(member, programme)
        gather.say_coming(member.who, gathering_id=big.id, coming=True)
        if number < 4:
            gather.say_coming(member.who, gathering_id=small.id, coming=True)
    gather.call_off(eli.who, gathering_id=off.id)
    with walls.working():
        assert tell_expected() == 0
    with travelled(timedelta(days=3, hours=1)):
        with walls.working():
            assert tell_expected() == 2
            first = gather.Gathering.objects.get(id=big.id).expected
            assert tell_expected() == 0
        gather.say_coming(members[0].who, gathering_id=big.id, coming=False)
        with walls.working():
            assert tell_expected() == 0
            assert gather.Gathering.objects.get(id=big.id).expected == first
    assert first is not None
    assert first % 5 == 0
    with walls.working():
        few, none = (gather.Gathering.objects.get(id=one.id) for one in (small, off))
        assert few.expected is None
        assert few.expected_at is not None
        assert none.expected_at is None
        assert gather.count_held(programme.id, begins - timedelta(hours=1), begins + timedelta(hours=1)) == 2
        assert gather.count_held(programme.id, begins + timedelta(hours=1), begins + timedelta(hours=2)) == 0
