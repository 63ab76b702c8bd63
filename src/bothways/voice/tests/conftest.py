"""Amina, Bo and Chen have been members since May; it is June. Dara is a stranger, Eli coordinates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation
from tests.cast import Someone, someone

from bothways.core.clock.api import now, travelled
from bothways.core.walls import api as walls
from bothways.enrol.tests.factory import enrolled
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme
from bothways.voice import services
from bothways.voice.models import Sums
from bothways.voice.questions import ANSWERS, QUESTIONS

MAY, JUNE, JULY = (datetime(2027, month, day, 12, tzinfo=UTC) for month, day in ((5, 28), (6, 8), (7, 1)))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The clock stands at a moment; it goes on from there."""
    with travelled(moment - now()):
        yield


@pytest.fixture(autouse=True)
def june() -> Iterator[None]:
    with at(JUNE), translation.override("en"):
        yield


def in_may(make: Callable[[], Any]) -> Any:
    with at(MAY):
        return make()


@pytest.fixture
def eli() -> Someone:
    return in_may(lambda: someone("Eli"))


@pytest.fixture
def dara() -> Someone:
    return in_may(lambda: someone("Dara"))


@pytest.fixture
def programme(eli: Someone) -> Programme:
    return in_may(lambda: a_programme(eli))


def a_member(name: str, programme: Programme) -> Someone:
    """Somebody who is a member since May."""

    def make() -> Someone:
        one = someone(name)
        enrolled(one, programme)
        return one

    return in_may(make)


@pytest.fixture
def amina(programme: Programme) -> Someone:
    return a_member("Amina", programme)


@pytest.fixture
def bo(programme: Programme) -> Someone:
    return a_member("Bo", programme)


@pytest.fixture
def chen(programme: Programme) -> Someone:
    return a_member("Chen", programme)


@pytest.fixture
def sums(programme: Programme) -> Sums:
    with walls.working():
        assert services.open_due() == 1
    return Sums.objects.get()


def all_of(answer: str) -> dict[str, str]:
    """The same answer to each question."""
    assert answer in ANSWERS
    return dict.fromkeys(QUESTIONS, answer)


def gives(one: Someone, sums: Sums, answers: dict[str, str]) -> None:
    """`one` answers in their own session."""
    with walls.acting_with(one.who.token):
        services.give(one.who, sums_id=sums.id, answers=answers)


def closes(one: Someone, sums: Sums) -> None:
    with walls.acting_with(one.who.token):
        services.close(one.who, sums_id=sums.id)


def counted(sums: Sums) -> dict[tuple[str, str], int]:
    """What the job would publish, but for what is 0."""
    with walls.working():
        found = services.count(sums.programme_id, sums.year, sums.half)
    assert found is not None
    return {cell: number for cell, number in found.items() if number}
