from __future__ import annotations

from dataclasses import dataclass

import pytest
from nacl.public import PrivateKey
from tests.cast import Someone, someone

from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme
from bothways.report.tests.factory import a_lead


@dataclass
class Stage:
    """Eli's programme, with a safeguarding lead who holds the key."""

    eli: Someone
    programme: Programme
    key: PrivateKey

    @property
    def public(self) -> bytes:
        return bytes(self.key.public_key)

    @property
    def path(self) -> str:
        return f"/p/{self.programme.slug}/report/"


@pytest.fixture
def stage(db) -> Stage:
    eli = someone("Eli")
    programme = a_programme(eli)
    return Stage(eli, programme, a_lead(eli, programme))
