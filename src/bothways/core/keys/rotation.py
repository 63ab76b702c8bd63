"""Changing keys. Run by the owner of the tables; every step can be repeated after a kill at any point."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from nacl.exceptions import CryptoError

from bothways.core.keys import ring
from bothways.core.keys.models import NoiseKey, PersonKey, SumsKey

BATCH = 500


def rewrap_all() -> tuple[int, int]:
    """Wrap every person's key, the noise's and those of sums by the present master key, in batches of one
    transaction.

    Returns how many were changed and how many no master key of this installation opens. Safe to run again,
    and beside a server that accepts both master keys: whoever leaves meanwhile stays gone.
    """
    done = [_rewrap(NoiseKey.objects.all()), _rewrap(SumsKey.objects.all())]
    for ids in _batches():
        done.append(_rewrap(PersonKey.objects.filter(person_id__in=ids).order_by("person_id")))
    changed, lost = (sum(counts) for counts in zip(*done, strict=True))
    return changed, lost


def _rewrap(keys: QuerySet[NoiseKey] | QuerySet[SumsKey] | QuerySet[PersonKey]) -> tuple[int, int]:
    """The keys themselves stay: texts are sealed with them, and figures and sums were made with them."""
    changed, lost = 0, 0
    with transaction.atomic(using="keys"):
        for row in keys.select_for_update():
            try:
                wrapped = ring.rewrap(bytes(row.wrapped))
            except CryptoError:
                lost += 1
                continue
            if wrapped is not None:
                row.wrapped = wrapped
                row.save(update_fields=["wrapped"])
                changed += 1
    return changed, lost


def everybody() -> Iterator[uuid.UUID]:
    """Everybody who has a key, in no order that says anything."""
    for ids in _batches():
        yield from ids


def add_key(person_id: uuid.UUID) -> bool:
    """Give a person a second key, which seals from now on. Whether they have a key at all.

    Somebody who has two already (an earlier try was interrupted) keeps these two.
    """
    with transaction.atomic(using="keys"):
        row = PersonKey.objects.select_for_update().filter(person_id=person_id).first()
        if row is None:
            return False
        if len(ring.parts(bytes(row.wrapped))) == 1:
            row.wrapped = ring.wrap(ring.fresh_key()) + bytes(row.wrapped)
            row.save(update_fields=["wrapped"])
    return True


def drop_older_key(person_id: uuid.UUID) -> None:
    """Destroy the older of two keys. What is still sealed under it can never be read again."""
    with transaction.atomic(using="keys"):
        row = PersonKey.objects.select_for_update().filter(person_id=person_id).first()
        if row is not None and len(ring.parts(bytes(row.wrapped))) > 1:
            row.wrapped = ring.parts(bytes(row.wrapped))[0]
            row.save(update_fields=["wrapped"])


def _batches() -> Iterator[list[uuid.UUID]]:
    last = uuid.UUID(int=0)
    while True:
        rows = PersonKey.objects.filter(person_id__gt=last).order_by("person_id")
        ids = list(rows.values_list("person_id", flat=True)[:BATCH])
        if not ids:
            return
        yield ids
        last = ids[-1]
