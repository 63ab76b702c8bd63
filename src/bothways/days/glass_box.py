"""What this room holds about a person: days they wrote down. The words are texts, and core shows those."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.clock.api import today
from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, register
from bothways.days import dates
from bothways.days.models import Occasion


def export(who: Acting) -> list[Section]:
    mine = Occasion.objects.filter(person_id=who.person_id).order_by("id")
    return [
        Section(
            "days",
            _("Days that matter to a pair, written down by you"),
            {"day": _("Next on"), "each_year": _("Each year"), "before": _("Reminder, days before")},
            [
                {
                    "day": next(dates.coming(one.dates, one.each_year, today()), None),
                    "each_year": one.each_year,
                    "before": one.before,
                }
                for one in mine
            ],
        )
    ]


def erase(person_id: uuid.UUID) -> None:
    Occasion.objects.filter(person_id=person_id).delete()


register("days", exporter=export, eraser=erase)
