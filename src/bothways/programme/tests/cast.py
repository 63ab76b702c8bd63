"""The people of the tests of this room and of those above: Eli coordinates the programme, Amina, Bo and Chen
may come into it, Dara is a stranger. A room's `conftest.py` takes them over by their names."""

from __future__ import annotations

import pytest
from tests.cast import Someone, someone

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
