"""The programme and the people of this room's tests."""

from __future__ import annotations

import pytest
from tests.cast import Someone, someone

from bothways.match.models import Proposal
from bothways.match.tests.factory import proposed
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
def proposal(amina: Someone, bo: Someone, programme: Programme) -> Proposal:
    """Open, between Amina (side 0) and Bo (side 1)."""
    return proposed(amina, bo, programme)
