"""Amina and Bo are members, Dara is a stranger, Eli coordinates, Fatima coordinates somewhere else, where Gul
is a member."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.cast import Someone, someone

from bothways.core.clock.api import now, travelled
from bothways.enrol.tests.factory import enrolled
from bothways.gather import services
from bothways.gather.models import Gathering
from bothways.programme.models import Programme
from bothways.programme.tests.cast import dara as dara
from bothways.programme.tests.cast import eli as eli
from bothways.programme.tests.factory import a_programme

PLACE = "The old mill, second door"


def soon(days: float = 5) -> datetime:
    """A full hour in some days."""
    return (now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


def published(host: Someone, programme: Programme, days: float = 5, **changes: Any) -> Gathering:
    """A gathering, published by a coordinator."""
    given = {"title": "Soup and games", "starts_at": soon(days), "minutes": 120, "place": PLACE, **changes}
    return services.publish(host.who, programme_id=programme.id, **given)


def changed(host: Someone, one: Gathering, **changes: Any) -> Gathering:
    """The same gathering, with other words or at another time, by a coordinator who saw it as `one`."""
    names = ("title", "starts_at", "minutes", "place", "words", "sequence")
    given = {**{name: getattr(one, name) for name in names}, **changes}
    return services.change(host.who, gathering_id=one.id, **given)


def a_member(name: str, programme: Programme) -> Someone:
    """Somebody who has confirmed their enrolment."""
    person = someone(name)
    enrolled(person, programme)
    return person


@pytest.fixture
def programme(eli: Someone) -> Programme:
    return a_programme(eli)


@pytest.fixture
def amina(programme: Programme) -> Someone:
    return a_member("Amina", programme)


@pytest.fixture
def bo(programme: Programme) -> Someone:
    return a_member("Bo", programme)


@pytest.fixture
def fatima() -> Someone:
    return someone("Fatima")


@pytest.fixture
def gul(fatima: Someone) -> Someone:
    return a_member("Gul", a_programme(fatima, slug="hill-farms", name="Hill Farms"))


@pytest.fixture
def past(eli: Someone, programme: Programme) -> Callable[[float], Gathering]:
    """A gathering that began so many days ago."""

    def made(days: float = 1) -> Gathering:
        with travelled(-timedelta(days=days + 2)):
            return published(eli, programme, 2)

    return made
