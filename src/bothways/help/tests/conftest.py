"""Amina and Bo are a pair, Chen is in their programme, Dara is a stranger, Eli coordinates, Fatima
coordinates somewhere else."""

from __future__ import annotations

import pytest
from tests.cast import Someone, someone

from bothways.help import directory, services
from bothways.help.models import Request, Service
from bothways.pair.api import Pair
from bothways.pair.tests.cast import amina as amina
from bothways.pair.tests.cast import bo as bo
from bothways.pair.tests.cast import chen as chen
from bothways.pair.tests.cast import dara as dara
from bothways.pair.tests.cast import eli as eli
from bothways.pair.tests.cast import pair as pair
from bothways.programme.models import Programme
from bothways.programme.tests.factory import a_programme

SECRET = "My landlord wrote, and I do not understand it."


def asked(person: Someone, programme: Programme, pair: Pair | None = None, **changes) -> Request:
    """A request of `person` to their partner of `pair`, or to the coordinators."""
    given = {"kind": "housing", "words": SECRET, "pair_id": pair.id if pair else None, **changes}
    return services.ask(person.who, programme_id=programme.id, **given)


def listed(coordinator: Someone, programme: Programme, **changes) -> Service:
    """An entry of the directory, written by a coordinator."""
    given = {"name": "Tenants' advice", "phone": "030 123", **changes}
    return directory.write(coordinator.who, programme_id=programme.id, entry=directory.Entry(**given))


@pytest.fixture
def programme(eli: Someone) -> Programme:
    return a_programme(eli, public_name="Eli from the office")


@pytest.fixture
def fatima() -> Someone:
    fatima = someone("Fatima")
    a_programme(fatima, slug="hill-farms", name="Hill Farms")
    return fatima
