"""What the writer can do with the words of a next step."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bothways.core.identity.api import Acting
from bothways.core.wording.api import Change, register
from bothways.goals import services
from bothways.goals.models import Goal


def delete(who: Acting, text_id: uuid.UUID) -> None:
    """Delete my next step with its words."""
    services.delete(who, goal_id=_goal(who, text_id).id)


def place(who: Acting, text_id: uuid.UUID) -> str | None:
    return reverse("goal_change", args=[_goal(who, text_id).id])


def _goal(who: Acting, text_id: uuid.UUID) -> Goal:
    return get_object_or_404(Goal, person_id=who.person_id, text_id=text_id)


register("goal", Change(place=place, delete=delete, effect=_("The next step is deleted with its words.")))
