"""What may be read about checks: my own, my partner's, and who may be proposed because of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import BitOr
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable, CombinedExpression
from django.db.models.functions import Coalesce
from django.utils import formats

from bothways.core.clock.api import now
from bothways.enrol.models import Check, Enrolment
from bothways.programme.api import Programme, catalogue

Item = catalogue.Item


@dataclass(frozen=True, slots=True)
class MyCheck:
    """One kind of check, as its member sees it."""

    item: Item
    # My side asks for it.
    needed: bool
    # The last valid day that was set, past or to come.
    valid_until: date | None
    is_valid: bool
    # Until when a code that I asked for works.
    code_until: datetime | None


def today_in(programme: Programme) -> date:
    """The date where the programme is: checks are valid by its days."""
    return now().astimezone(ZoneInfo(programme.time_zone)).date()


def with_checks(rows: QuerySet[Enrolment], programme: Programme) -> QuerySet[Enrolment]:
    """Those of one programme who have every check that their side asks for, valid today. No query more."""
    valid = Check.objects.filter(enrolment=OuterRef("pk"), valid_until__gte=today_in(programme))
    bit = CombinedExpression(Value(1), Combinable.BITLEFTSHIFT, F("kind"), output_field=IntegerField())
    held = valid.order_by().values("enrolment").annotate(held=BitOr(bit)).values("held")
    both = CombinedExpression(
        F("side__checks"),
        Combinable.BITAND,
        Coalesce(Subquery(held), 0),
        output_field=IntegerField(),
    )
    # What is asked comes first: where nothing is, nothing is looked up.
    return rows.filter(Q(side__checks=0) | Q(side__checks=both))


def lacking(enrolment: Enrolment) -> list[Item]:
    """The checks that my side asks for and that I do not have today."""
    return lacking_all([enrolment])[enrolment.pk]


def lacking_all(enrolments: list[Enrolment]) -> dict[uuid.UUID, list[Item]]:
    """The same for each of my enrolments. One query, or none where nothing is asked."""
    asked = {one.pk: _asked(one) for one in enrolments}
    if not any(asked.values()):
        return asked
    days = {one.pk: today_in(one.programme) for one in enrolments}
    rows = Check.objects.filter(enrolment__in=enrolments, valid_until__isnull=False)
    valid = {
        (enrolment_id, kind)
        for enrolment_id, kind, until in rows.values_list("enrolment_id", "kind", "valid_until")
        if until and until >= days[enrolment_id]
    }
    return {pk: [item for item in items if (pk, item.number) not in valid] for pk, items in asked.items()}


def mine(enrolment: Enrolment) -> list[MyCheck]:
    """Every check that my side asks for or that I have, in the order of the catalogue."""
    rows = list(Check.objects.filter(enrolment=enrolment))
    standing = {row.kind: row.valid_until for row in rows if row.valid_until}
    moment, today = now(), today_in(enrolment.programme)
    codes = {row.kind: row.code_until for row in rows if row.code_until and row.code_until > moment}
    needed = {item.number for item in _asked(enrolment)}
    return [
        MyCheck(
            item,
            item.number in needed,
            until := standing.get(item.number),
            until is not None and until >= today,
            codes.get(item.number),
        )
        for item in catalogue.CHECKS
        if item.number in needed or item.number in standing or item.number in codes
    ]


def of_partner(enrolment_id: uuid.UUID, programme: Programme) -> list[tuple[Item, str]]:
    """What a partner is shown: each valid check with the month of its end. Only for the two of a pair."""
    rows = Check.objects.filter(enrolment_id=enrolment_id, valid_until__gte=today_in(programme))
    return [
        (catalogue.CHECKS[row.kind], formats.date_format(row.valid_until, "YEAR_MONTH_FORMAT"))
        for row in rows.order_by("kind")
        if row.valid_until
    ]


def history(person_id: uuid.UUID) -> Iterable[Check]:
    """All my checks and codes, for the glass box."""
    return (
        Check.objects.filter(person_id=person_id).select_related("enrolment__programme").order_by("asked_at")
    )


def item_of(key: str) -> Item | None:
    """The kind of check with this key."""
    return next((item for item in catalogue.CHECKS if item.key == key), None)


def _asked(enrolment: Enrolment) -> list[Item]:
    return catalogue.chosen(catalogue.CHECKS, enrolment.side.checks) if enrolment.side else []
