"""Publishing: once a period has ended, its figures are counted, protected, written and frozen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.insight import body, kept
from bothways.insight.making import make, programme_lock
from bothways.insight.models import PublishedQuarter, Release
from bothways.insight.periods import Month, Period, Quarter
from bothways.insight.protection import Groups
from bothways.insight.tables import MONTH_FROM, TOGETHER
from bothways.programme import api as programme
from bothways.voice import api as voice

logger = logging.getLogger(__name__)
# A month that nobody published for so long is left to its quarter.
MONTHS_FOR = timedelta(days=180)


def publish_due() -> int:
    """Publish every ended period of every programme that is not out yet. Returns how many.

    What goes wrong with one programme holds up no other; the first such error is raised at the end.
    """
    published, fault = 0, None
    for one in programme.all_programmes():
        try:
            published += sum(publish(one, period) for period in _due(one))
        except Exception as error:
            logger.exception("figures of programme %s could not be published", one.id)
            fault = fault or error
    if fault is not None:
        raise fault
    return published


def publish(one: programme.Programme, period: Period) -> bool:
    """Count, protect and write one ended period; False when it was already out (it stays as published).

    One transaction: whoever is killed before its end has published nothing, and the next try makes the
    same of the same rows.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [programme_lock(one.id)])
        released = Release.objects.filter(programme=one, kind=period.kind)
        if released.filter(year=period.year, number=period.number).exists():
            return False
        text = kept.take(one.id, period)
        if text is None:
            text = make(one, period, _groups_before(one, period)).text()
            kept.put(one.id, period, text)
        Release.objects.create(
            programme=one,
            kind=period.kind,
            year=period.year,
            number=period.number,
            body=text,
            published_at=now(),
        )
        record("figures.published", programme_id=one.id, object_id=one.id)
        if isinstance(period, Quarter) and period.number % 2 == 0:
            voice.forget(one.id, period.year, period.number // 2)
    # Only now: before the release is there for good, what it was made from must not be lost.
    voice.destroy_keys()
    return True


def _due(one: programme.Programme) -> Iterator[Period]:
    """Every ended period since the programme was made, oldest first, that is not out.

    Months come out only where the last quarter before them had enough people, as published; and not much
    later than they end.
    """
    current = Quarter.of(now(), one.time_zone)
    quarter = Quarter.of(one.made_at, one.time_zone)
    out = set(Release.objects.filter(programme=one).values_list("kind", "year", "number"))
    old = PublishedQuarter.objects.filter(programme=one).values_list("year", "quarter")
    out |= {("quarter", year, number) for year, number in old}
    since = now() - MONTHS_FOR
    while quarter <= current:
        periods: list[Period] = [quarter]
        # Older months are not wanted, so their quarter need not be asked.
        if quarter.span(one.time_zone)[1] > since and _has_months(one, quarter.before):
            periods = [*quarter.months[:2], quarter]
        for period in periods:
            end = period.span(one.time_zone)[1]
            wanted = end <= now() and (period.kind == "quarter" or end > since)
            if wanted and (period.kind, period.year, period.number) not in out:
                yield period
        quarter = quarter.after


def _has_months(one: programme.Programme, quarter: Quarter) -> bool:
    found = _release(one, quarter)
    return found is not None and (body.read(found.body).figure(TOGETHER.key) or 0) >= MONTH_FROM


def _groups_before(one: programme.Programme, period: Period) -> dict[str, Groups]:
    """For each table what could be had by subtraction in the last release before this period."""
    months = [Month(period.year, number) for number in range(3 * period.quarter.number - 2, 13)]
    earlier: list[Period] = [month for month in reversed(months) if month < period.last_month]
    found: dict[str, Groups] = {}
    # What is counted by the half-year was last out two quarters ago.
    for before in (*earlier, period.quarter.before, period.quarter.before.before):
        release = _release(one, before)
        if release is not None:
            for key, groups in body.read(release.body).groups.items():
                found.setdefault(key, groups)
    return found


def _release(one: programme.Programme, period: Period) -> Release | None:
    return Release.objects.filter(
        programme=one, kind=period.kind, year=period.year, number=period.number
    ).first()
