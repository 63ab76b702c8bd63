"""The only way to one pair: for its two people. To everybody else, staff included, there is none."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.pair.models import Half, Pair

ENDED = _("This pair has ended.")


def open_pair(who: Acting, pair_id: uuid.UUID) -> Pair:
    """A pair of mine, ended or not, with its halves and planned ending. 404 unless I am one of the two."""
    return _mine(Pair.objects.select_related("closing"), who, pair_id)


def live_pair(who: Acting, pair_id: uuid.UUID, *, lock: bool = False) -> Pair:
    """A pair of mine that has not ended (it may be paused). 404 unless I am one of the two, Refused when
    it has ended.

    With `lock`, inside the caller's transaction, the pair cannot end before that transaction does:
    whoever writes something that belongs to a pair asks for it.
    """
    pair = _mine(locked(Pair.objects.all()) if lock else Pair.objects.all(), who, pair_id)
    if pair.is_ended:
        raise Refused(ENDED)
    return pair


def locked(pairs: QuerySet[Pair]) -> QuerySet[Pair]:
    """The pairs' rows, held until the transaction ends. Every write to a pair starts with this."""
    return pairs.select_for_update(of=("self",), no_key=True)


def held_for_job(pair_id: uuid.UUID) -> Pair | None:
    """A pair that has not ended, held until the caller's transaction is over; None when it has ended."""
    return locked(Pair.objects.filter(id=pair_id)).exclude(state=Pair.State.ENDED).first()


def my_half(who: Acting, pair: Pair) -> Half:
    """My own half of a pair of mine."""
    return next(half for half in pair.halves.all() if half.person_id == who.person_id)


def other_half(who: Acting, pair: Pair) -> Half | None:
    """The other's half of a pair of mine; None when they left Bothways."""
    return next((half for half in pair.halves.all() if half.person_id != who.person_id), None)


def _mine(pairs: QuerySet[Pair], who: Acting, pair_id: uuid.UUID) -> Pair:
    # A subquery and not a join, so that a locking caller locks the pair's row alone.
    mine = Half.objects.filter(person_id=who.person_id, pair_id=pair_id).values("pair_id")
    pair = pairs.filter(id__in=mine).select_related("proposal").prefetch_related("halves").first()
    if pair is None:
        raise Http404
    return pair
