"""The people of the tests of rooms above: Amina and Bo are a pair, Chen is in their programme, Dara is a
stranger, Eli coordinates. A room's `conftest.py` takes them over by their names."""

from __future__ import annotations

import pytest
from tests.cast import Someone, someone

from bothways.enrol.tests.factory import enrolled
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
def pair(amina: Someone, bo: Someone, programme: Programme) -> Pair:
    return a_pair(amina, bo, programme)


@pytest.fixture
def chen(programme: Programme, pair: Pair) -> Someone:
    # After the pair was made: otherwise the round might find Chen better for Bo.
    chen = someone("Chen")
    enrolled(chen, programme)
    return chen


@pytest.fixture
def dara() -> Someone:
    return someone("Dara")
