"""What this room holds about a person: what they said to gatherings."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, register
from bothways.gather.models import Guest


def export(who: Acting) -> list[Section]:
    rows = Guest.objects.filter(person_id=who.person_id).select_related("gathering")
    return [
        Section(
            "gatherings",
            _("What you said to gatherings"),
            {
                "title": _("Gathering"),
                "starts_at": _("When"),
                "coming": _("You said that you will come"),
                "attended": _("You said that you were there"),
            },
            [
                {
                    "title": row.gathering.title,
                    "starts_at": row.gathering.starts_at,
                    "coming": row.coming,
                    "attended": row.attended,
                }
                for row in rows.order_by("gathering__starts_at", "id")
            ],
        )
    ]


def erase(person_id: uuid.UUID) -> None:
    Guest.objects.filter(person_id=person_id).delete()


register("gather", exporter=export, eraser=erase)
