"""Notices about a pair, for those who agreed to notices from the programme."""

from __future__ import annotations

from bothways.core.identity.api import Acting
from bothways.core.outbox import api as outbox
from bothways.enrol import api as enrol
from bothways.pair.access import my_half, other_half
from bothways.pair.models import Half, Pair


def tell(half: Half | None, kind: str, *, path: str, key: str) -> None:
    """Leave a notice for one of the two, unless they left or said no to notices."""
    if half is not None and _wants_notices(half):
        outbox.tell(half.person_id, kind, path=path, key=key)


def is_told(who: Acting, pair: Pair) -> bool:
    """Whether I agreed to notices from the programme of a pair of mine."""
    return _wants_notices(my_half(who, pair))


def tell_partner(who: Acting, pair: Pair, kind: str, *, path: str, key: str) -> None:
    """Leave a notice for my partner about something that we do together."""
    tell(other_half(who, pair), kind, path=path, key=key)


def _wants_notices(half: Half) -> bool:
    return bool(enrol.consents(half.enrolment_id).get("notices"))
