"""The people of the tests of rooms above: Amina and Bo are a pair, Chen is in their programme, Dara is a
stranger, Eli coordinates. A room's `conftest.py` takes them over by their names."""

from __future__ import annotations

import pytest
from tests.cast import Someone, someone

from bothways.enrol.tests.factory import enrolled
from bothways.pair.models import Pair
from bothways.pair.tests.factory import a_pair
from bothways.programme.models import Programme
from bothways.programme.tests.cast import amina as amina
from bothways.programme.tests.cast import bo as bo
from bothways.programme.tests.cast import dara as dara
from bothways.programme.tests.cast import eli as eli
from bothways.programme.tests.cast import programme as programme


@pytest.fixture
def pair(amina: Someone, bo: Someone, programme: Programme) -> Pair:
    """Amina and Bo."""
    return a_pair(amina, bo, programme)


@pytest.fixture
def chen(programme: Programme, pair: Pair) -> Someone:
    # After the pair was made: otherwise the round might find Chen better for Bo.
    chen = someone("Chen")
    enrolled(chen, programme)
    return chen
