"""The only way to one next step: for its writer."""

from __future__ import annotations

import uuid

from django.shortcuts import get_object_or_404

from bothways.core.identity.api import Acting
from bothways.goals.models import Goal


def my_goal(who: Acting, goal_id: uuid.UUID) -> Goal:
    """A next step that I wrote. 404 for every other, also for the one it is shared with."""
    return get_object_or_404(Goal, id=goal_id, person_id=who.person_id)
