"""The only way to one next step: for its writer."""

from __future__ import annotations

import uuid

from django.http import Http404

from bothways.core.identity.api import Acting
from bothways.goals.models import Goal


def my_goal(who: Acting, goal_id: uuid.UUID) -> Goal:
    """A next step that I wrote. 404 for every other, also for the one it is shared with."""
    goal = Goal.objects.filter(id=goal_id, person_id=who.person_id).first()
    if goal is None:
        raise Http404
    return goal
