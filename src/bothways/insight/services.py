"""Publishing: once a quarter has ended, its figures are counted, suppressed, written and frozen."""

from __future__ import annotations

import uuid

from django.db import transaction

from bothways.core.clock.api import now
from bothways.core.events.api import count_by_kind
from bothways.insight.figures import CELLS, suppressed
from bothways.insight.models import PublishedQuarter
from bothways.insight.quarters import Quarter
from bothways.programme import api as programme


def publish_due() -> int:
    """Publish every ended quarter of every programme that is not out yet. Returns how many."""
    return sum(_publish_programme(one) for one in programme.all_programmes())


def _publish_programme(one: programme.Programme) -> int:
    current = Quarter.of(now(), one.time_zone)
    quarter = Quarter.of(one.made_at, one.time_zone)
    out = set(PublishedQuarter.objects.filter(programme=one).values_list("year", "quarter"))
    published = 0
    while quarter < current:
        if (quarter.year, quarter.number) not in out:
            published += publish(one, quarter)
        quarter = quarter.after
    return published


def publish(one: programme.Programme, quarter: Quarter) -> bool:
    """Count and write one ended quarter; False when it was already out (it stays as published)."""
    with transaction.atomic():
        cells = {cell: suppressed(count) for cell, count in _counts(one.id, quarter, one.time_zone).items()}
        _, made = PublishedQuarter.objects.get_or_create(
            programme=one,
            year=quarter.year,
            quarter=quarter.number,
            defaults={"cells": cells, "published_at": now()},
        )
    return made


def _counts(programme_id: uuid.UUID, quarter: Quarter, zone: str) -> dict[str, int]:
    start, end = quarter.span(zone)
    counted = count_by_kind(programme_id=programme_id, kinds=list(CELLS.values()), start=start, end=end)
    return {cell: counted[kind] for cell, kind in CELLS.items()}
