from __future__ import annotations

import uuid

from django.db import models


class Goal(models.Model):
    """A next step that somebody wrote down for themselves.

    Who else may read it stands in the shares of its text alone, so that what closes them (the end of a pair,
    leaving) closes this too. When it was written or done is not kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    text_id = models.UUIDField(unique=True)
    # Later ones have higher numbers.
    place = models.PositiveIntegerField()
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "place"], name="goal_place")]

    def __str__(self) -> str:
        return str(self.id)
