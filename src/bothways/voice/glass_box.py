"""What this room holds about a person: that they took part, until the figures are out."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.registry.api import Section, Words, register
from bothways.programme.api import by_id
from bothways.voice import selectors
from bothways.voice.models import Done


def export(who: Acting) -> list[Section]:
    """Where I answered or closed the questions: nothing says which, so nobody can read more."""
    labels: dict[str, Words] = {"programme": _("Programme"), "year": _("Year"), "half": _("Half-year")}
    rows: list[dict[str, object]] = [
        {"programme": by_id(programme_id).name, "year": year, "half": half}
        for programme_id, year, half in selectors.mine()
    ]
    return [Section("voice", _("You answered or closed the questions about the programme"), labels, rows)]


def erase(person_id: uuid.UUID) -> None:
    """That they took part. What they answered is in no row: nobody can find it any more."""
    Done.objects.filter(person_id=person_id).delete()


register("voice", exporter=export, eraser=erase)
