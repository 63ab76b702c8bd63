from __future__ import annotations

from django.db import models


class Receipt(models.Model):
    """Somebody outside a person's pair opened something of that person's: who, when, what, for which task."""

    reader_id = models.UUIDField()
    reader_role = models.CharField(max_length=40)
    # The public name a coordinator chose for the role; not their private name.
    reader_name = models.CharField(max_length=80)
    subject_id = models.UUIDField(db_index=True)
    what = models.CharField(max_length=60)
    task = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        app_label = "core"
