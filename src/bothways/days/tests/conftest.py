"""Amina and Bo are a pair, Chen is in their programme, Dara is a stranger, Eli coordinates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.cast import Someone

from bothways.days import services
from bothways.days.models import Occasion
from bothways.pair.api import Pair
from bothways.pair.tests.cast import amina as amina
from bothways.pair.tests.cast import bo as bo
from bothways.pair.tests.cast import chen as chen
from bothways.pair.tests.cast import dara as dara
from bothways.pair.tests.cast import eli as eli
from bothways.pair.tests.cast import pair as pair
from bothways.pair.tests.cast import programme as programme


def noted(person: Someone, pair: Pair, ahead: int = 10, **changes: Any) -> Occasion:
    """A day that `person` writes down: a birthday in ten days, with a reminder three days before."""
    given: dict[str, Any] = {
        "days": [services.local_today(person.id) + timedelta(days=ahead)],
        "each_year": False,
        "before": 3,
        "words": "Birthday\nLeila turns six",
        **changes,
    }
    return services.add(person.who, pair_id=pair.id, **given)
