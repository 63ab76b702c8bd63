from __future__ import annotations

from django.db import models


class Installation(models.Model):
    """One row: what this database is for. A demo database can never become a real one, or back."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    demo = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        app_label = "core"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]


class Tombstone(models.Model):
    """Someone left: enough to erase again after a backup is restored, and nothing else."""

    person_id = models.UUIDField(primary_key=True)
    left_at = models.DateTimeField()
    key_destroyed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
