"""Receipts: written and committed before a text is given out, and seen by its subject at once."""

from __future__ import annotations

import uuid

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.core.receipts.models import Receipt

__all__ = ["Receipt", "of_subject", "write"]

# program_limit_exceeded: what the table's own trigger says.
TOO_MANY = "54000"


def write(who: Acting, *, role: str, name: str, subject_id: uuid.UUID, what: str, task: str) -> Receipt:
    """Commit a receipt and return it; only then may the text be opened.

    Durable: raises RuntimeError inside another transaction, because a rollback there would erase
    the receipt and keep the reading. Raises Refused when this reader has opened as much as one person
    may within 24 hours; the database counts.
    """
    try:
        with transaction.atomic(durable=True):
            return Receipt.objects.create(
                reader_id=who.person_id,
                reader_role=role,
                reader_name=name,
                subject_id=subject_id,
                what=what,
                task=task,
                at=now(),
            )
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == TOO_MANY:
            raise Refused(_("You have opened very much today. Please go on tomorrow.")) from error
        raise


def of_subject(who: Acting) -> list[Receipt]:
    """Every reading of something of mine, newest first."""
    return list(Receipt.objects.filter(subject_id=who.person_id).order_by("-at", "-id"))
