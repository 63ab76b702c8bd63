"""A limit on wrong codes: a coordinator may mistype a few in an hour, however many requests come at once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.enrol.models import CodeTries

WINDOW = timedelta(hours=1)
MOST_WRONG = 10


def claim(who: Acting) -> None:
    """Count one try, committed before the code is looked at, so that no rollback and no second request
    at the same moment takes it back. Raises Refused when there were too many."""
    moment = now()
    with transaction.atomic(durable=True):
        CodeTries.objects.bulk_create(
            [CodeTries(person_id=who.person_id, since=moment)], ignore_conflicts=True
        )
        row = CodeTries.objects.select_for_update(no_key=True).get(person_id=who.person_id)
        if row.since <= moment - WINDOW:
            row.since, row.wrong = moment, 0
        if row.wrong >= MOST_WRONG:
            raise Refused(_("There were too many wrong codes. Please wait an hour, then try again."))
        row.wrong += 1
        row.save(update_fields=["since", "wrong"])


def give_back(who: Acting) -> None:
    """The code was right: the try does not count. Earlier wrong ones still do."""
    CodeTries.objects.filter(person_id=who.person_id, wrong__gt=0).update(wrong=F("wrong") - 1)


def forget(person_id: uuid.UUID) -> None:
    """Drop the count of somebody who leaves."""
    CodeTries.objects.filter(person_id=person_id).delete()
