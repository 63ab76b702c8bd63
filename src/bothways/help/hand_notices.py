"""What of hands still waits for somebody: while it does, a notice about it is true (`outbox.declare`).

Asked on a page by its person and in a job by nobody, with the same answer.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from bothways.core.clock.api import today
from bothways.enrol.api import Enrolment
from bothways.help.hand_models import HandAsk, HandLike
from bothways.help.hands import CONFIRMED
from bothways.pair.api import Pair


def partner_waits_at(person_id: uuid.UUID) -> set[str]:
    """Where a partner of mine asks me, and I have not said yes."""
    pairs = Pair.objects.filter(halves__person_id=person_id, ended_at=None).values("id")
    return _paths(_not_answered(_of_others(person_id).filter(pair__in=pairs), person_id))


def liking_waits_at(person_id: uuid.UUID) -> set[str]:
    """Where somebody asks for work that I like, and I have not said yes."""
    likes = HandLike.objects.filter(
        person_id=person_id, programme_id=OuterRef("programme_id"), kind=OuterRef("kind")
    )
    confirmed = Enrolment.objects.filter(
        person_id=person_id, programme_id=OuterRef("programme_id"), state__in=CONFIRMED
    )
    wide = _of_others(person_id).filter(Exists(likes), Exists(confirmed), wide_at__isnull=False)
    return _paths(_not_answered(wide, person_id))


def yes_waits_at(person_id: uuid.UUID) -> set[str]:
    """Where somebody would help me, and I have not said yes."""
    return _paths(ask for ask, mine, met in _yeses(person_id) if not mine and not met)


def met_waits_at(person_id: uuid.UUID) -> set[str]:
    """Where both have said yes, and I am the one who helps."""
    return _paths(ask for ask, mine, met in _yeses(person_id) if mine and met)


def _of_others(person_id: uuid.UUID) -> QuerySet[HandAsk]:
    return HandAsk.objects.filter(day__gte=today()).exclude(person_id=person_id)


def _not_answered(asks: QuerySet[HandAsk], person_id: uuid.UUID) -> set[uuid.UUID]:
    return set(asks.values_list("id", flat=True)) - {ask for ask, mine, _met in _yeses(person_id) if mine}


def _yeses(person_id: uuid.UUID) -> list[tuple[uuid.UUID, bool, bool]]:
    """Each yes by me or to me whose day has not passed: of what, whether it is mine, whether both said it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ask_id, mine, met FROM help_hand_yeses(%s) WHERE day >= %s", [person_id, today()]
        )
        return [(ask, mine, met) for ask, mine, met in cursor.fetchall()]


def _paths(asks: Iterable[uuid.UUID]) -> set[str]:
    return {reverse("hand", args=[ask]) for ask in asks}
