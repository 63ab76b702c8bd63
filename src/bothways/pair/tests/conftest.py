"""The people of this room's tests: Amina and Bo are a pair, Chen is in their programme."""

from __future__ import annotations

import pytest
from tests.cast import Someone, someone

from bothways.pair.models import Pair
from bothways.pair.tests.factory import a_pair
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme


@pytest.fixture
def eli() -> Someone:
    return someone("Eli")


@pytest.fixture
def programme(eli: Someone) -> Programme:
    return a_programme(eli)


@pytest.fixture
def amina() -> Someone:
    return someone("Amina")


@pytest.fixture
def bo() -> Someone:
    return someone("Bo")


@pytest.fixture
def chen() -> Someone:
    return someone("Chen")


@pytest.fixture
def dara() -> Someone:
    return someone("Dara")


@pytest.fixture
def pair(amina: Someone, bo: Someone, programme: Programme) -> Pair:
    """Amina and Bo."""
    return a_pair(amina, bo, programme)
