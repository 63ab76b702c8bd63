"""What the writer can do with their own words about a day."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.wording.api import Change, register
from bothways.days import services
from bothways.days.models import Occasion


def delete(who: Acting, text_id: uuid.UUID) -> None:
    """Delete my day with its words."""
    services.delete(who, occasion_id=_occasion(who, text_id).id)


def place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("occasion_change", args=[_occasion(who, text_id).id])


def _occasion(who: Acting, text_id: uuid.UUID) -> Occasion:
    return get_object_or_404(Occasion, person_id=who.person_id, text_id=text_id)


register("occasion", Change(place=place, delete=delete, effect=_("The day is deleted with its words.")))
