"""The programme and the people of this room's tests."""

from __future__ import annotations

import pytest
from tests.cast import Someone

from bothways.match.models import Proposal
from bothways.match.tests.factory import proposed
from bothways.programme.models import Programme
from bothways.programme.tests.cast import amina as amina
from bothways.programme.tests.cast import bo as bo
from bothways.programme.tests.cast import chen as chen
from bothways.programme.tests.cast import dara as dara
from bothways.programme.tests.cast import eli as eli
from bothways.programme.tests.cast import programme as programme


@pytest.fixture
def proposal(amina: Someone, bo: Someone, programme: Programme) -> Proposal:
    """Open, between Amina (side 0) and Bo (side 1)."""
    return proposed(amina, bo, programme)
