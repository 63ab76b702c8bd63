from __future__ import annotations

import uuid

from django.db import models


class Event(models.Model):
    """One state change. Carries no personal text; people are cut loose from it when they leave."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    programme_id = models.UUIDField(null=True)
    # Whose change it was. Null for a job's, and for someone who has left.
    person_id = models.UUIDField(null=True)
    # The thing that changed: an enrolment, a proposal, a pair, a meeting, a request.
    object_id = models.UUIDField(default=uuid.UUID(int=0))
    numbers = models.JSONField(default=dict)

    class Meta:
        app_label = "core"
        indexes = [
            models.Index(fields=["programme_id", "kind", "at"]),
            models.Index(fields=["person_id", "at"]),
        ]
