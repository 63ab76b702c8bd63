from __future__ import annotations

import uuid

from django.db import models


class Notice(models.Model):
    """Something new for one person: a kind and a place to look, never the content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    # The same occasion tells a person once, however often the job that tells it is repeated.
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["person_id", "created_at"]),
            models.Index(fields=["created_at"], condition=models.Q(sent_at=None), name="notice_unsent"),
        ]
