"""Publishing: once a period has ended, its figures are counted, protected, written and frozen.

And the coordinators' own words beside them.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import now
from bothways.core.events.api import record
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting
from bothways.insight import body, kept
from bothways.insight.making import make, programme_lock
from bothways.insight.models import PublishedQuarter, Release, Remark
from bothways.insight.periods import Month, Period, Quarter
from bothways.insight.protection import Groups
from bothways.insight.tables import MONTH_FROM, TOGETHER
from bothways.programme import api as programme

logger = logging.getLogger(__name__)
MOST_WORDS = 2000


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
    return True


def remark(who: Acting, *, programme_id: uuid.UUID, quarter: Quarter, words: str) -> None:
    """Write what was done about the points of the last report. About the programme, never about a person.

    Nothing but blanks takes the words away. Raises Refused, and what `as_coordinator` raises.
    """
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(words) > MOST_WORDS:
        raise Refused(_("This is too long. Please use at most 2,000 characters."))
    with transaction.atomic():
        one = programme.as_coordinator(who, programme_id)
        here = {"programme": one, "year": quarter.year, "quarter": quarter.number}
        if not Release.objects.filter(
            programme=one, kind="quarter", year=quarter.year, number=quarter.number
        ).exists():
            raise Refused(_("The figures of this quarter are not out yet."))
        Remark.objects.update_or_create(**here, defaults={"words": words, "at": now()})
        record("figures.remark", programme_id=one.id, person_id=who.person_id, object_id=one.id)


def _due(one: programme.Programme) -> Iterator[Period]:
    """Every ended period since the programme was made, oldest first, that is not out.

    Months come out only where the last quarter before them had enough people; which ones do follows from
    what is published, so it does not matter when this runs.
    """
    current = Quarter.of(now(), one.time_zone)
    quarter = Quarter.of(one.made_at, one.time_zone)
    out = set(Release.objects.filter(programme=one).values_list("kind", "year", "number"))
    old = PublishedQuarter.objects.filter(programme=one).values_list("year", "quarter")
    out |= {("quarter", year, number) for year, number in old}
    while quarter <= current:
        periods: list[Period] = [quarter]
        if _has_months(one, quarter.before):
            periods = [*quarter.months[:2], quarter]
        for period in periods:
            ended = period.span(one.time_zone)[1] <= now()
            if ended and (period.kind, period.year, period.number) not in out:
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
    for before in (*earlier, period.quarter.before):
        release = _release(one, before)
        if release is not None:
            for key, groups in body.read(release.body).groups.items():
                found.setdefault(key, groups)
    return found


def _release(one: programme.Programme, period: Period) -> Release | None:
    return Release.objects.filter(
        programme=one, kind=period.kind, year=period.year, number=period.number
    ).first()
