"""Amina and Bo are a pair, Chen is in their programme, Dara is a stranger, Eli coordinates."""

from __future__ import annotations

from typing import Any

from tests.cast import Someone

from bothways.goals import services
from bothways.goals.models import Goal
from bothways.pair.api import Pair
from bothways.pair.tests.cast import amina as amina
from bothways.pair.tests.cast import bo as bo
from bothways.pair.tests.cast import chen as chen
from bothways.pair.tests.cast import dara as dara
from bothways.pair.tests.cast import eli as eli
from bothways.pair.tests.cast import pair as pair
from bothways.pair.tests.cast import programme as programme


def noted(person: Someone, words: str = "Learn to drive", pair: Pair | None = None, **more: Any) -> Goal:
    """A next step that `person` writes down, shared under `pair` or not at all."""
    return services.add(person.who, words=words, pair_id=pair.id if pair else None, **more)
