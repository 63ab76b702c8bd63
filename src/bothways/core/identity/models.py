from __future__ import annotations

import uuid

from django.db import models


class Entry(models.Model):
    """One signed-in session of one person.

    Rows that only a person may write (a consent, an answer, a signature) name the entry they were
    written in, and a composite foreign key makes the database check that the entry is that
    person's own. The token itself is never stored, only its SHA-256.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField(db_index=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
        constraints = [
            # The target of the composite foreign keys.
            models.UniqueConstraint(fields=["id", "person_id"], name="entry_and_person"),
        ]
