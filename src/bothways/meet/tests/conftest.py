"""Amina and Bo are a pair, Chen is in their programme, Dara is a stranger, Eli coordinates."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

import pytest
from tests.cast import Someone

from bothways.core.clock.api import now, today
from bothways.meet import series, services
from bothways.meet.models import Meeting, Series
from bothways.meet.rhythm import WEEKLY, Rhythm
from bothways.meet.series import WantedSeries
from bothways.meet.where import Where
from bothways.pair.api import Pair
from bothways.pair.tests.cast import amina as amina
from bothways.pair.tests.cast import bo as bo
from bothways.pair.tests.cast import chen as chen
from bothways.pair.tests.cast import dara as dara
from bothways.pair.tests.cast import eli as eli
from bothways.pair.tests.cast import pair as pair
from bothways.pair.tests.cast import programme as programme
from bothways.pair.tests.factory import a_pair
from bothways.programme.tests.factory import a_programme


def in_hours(hours: float) -> datetime:
    """A moment from now, on a full minute, as forms give it."""
    return (now() + timedelta(hours=hours)).replace(second=0, microsecond=0)


def planned(person: Someone, pair: Pair, hours: float = 24, **changes) -> Meeting:
    """A meeting that `person` plans."""
    given = {"starts_at": in_hours(hours), "minutes": 60, "mode": 0, "place": "The old mill", **changes}
    return services.plan(person.who, pair_id=pair.id, **given)


def wanted(
    kind: str = WEEKLY, days: int = 2, at: time = time(16), zone: str = "UTC", **changes
) -> WantedSeries:
    """Regular meetings that begin some days from now."""
    rhythm = Rhythm(kind, today() + timedelta(days=days), at, zone)
    return WantedSeries(rhythm, **{"minutes": 60, "mode": 0, "where": Where("The old mill", ""), **changes})


def chosen(
    person: Someone, pair: Pair, *, seen: str = "", series_id: uuid.UUID | None = None, **how
) -> Series:
    """Regular meetings that `person` chooses, in place of none."""
    return series.choose(person.who, pair_id=pair.id, seen=seen, wanted=wanted(**how), series_id=series_id)


@pytest.fixture
def other_pair(amina: Someone, chen: Someone, eli: Someone) -> Pair:
    """Amina has a second partner, Chen, in another programme."""
    return a_pair(amina, chen, a_programme(eli, name="Hill Top", slug="hill-top"))
