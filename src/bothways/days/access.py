"""The only way to one occasion: for the two people of its pair, and for a change only for its writer."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404

from bothways.core.identity.api import Acting
from bothways.days.models import Occasion
from bothways.pair.api import Pair, live_pair


def my_occasion(who: Acting, occasion_id: uuid.UUID) -> Occasion:
    """A day that I wrote down. 404 for every other, the partner's included."""
    return get_object_or_404(Occasion, id=occasion_id, person_id=who.person_id)


def held_occasion(who: Acting, occasion_id: uuid.UUID) -> tuple[Occasion, Pair]:
    """The same for a change inside the caller's transaction, with the lock of its pair."""
    pair = live_pair(who, my_occasion(who, occasion_id).pair_id, lock=True)
    # Read again: it may have changed, or gone, while this waited for the lock.
    return my_occasion(who, occasion_id), pair
