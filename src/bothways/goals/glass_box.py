"""What this room holds about a person: their next steps. The words are texts, and core shows those."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, register
from bothways.core.texts import api as texts
from bothways.goals.models import Goal


def export(who: Acting) -> list[Section]:
    rows = list(Goal.objects.filter(person_id=who.person_id).order_by("place"))
    shared = texts.opened([row.text_id for row in rows])
    held = [{"done": row.done, "shared": row.text_id in shared} for row in rows]
    return [
        Section(
            "goals",
            _("Your next steps"),
            {"done": _("Done"), "shared": _("A partner reads it")},
            held,
        )
    ]


def erase(person_id: uuid.UUID) -> None:
    Goal.objects.filter(person_id=person_id).delete()


register("goals", exporter=export, eraser=erase)
