from __future__ import annotations

import uuid

from django.db import models


class Text(models.Model):
    """A personal text as ciphertext under its writer's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=40)
    sealed = models.BinaryField()
    written_at = models.DateTimeField()

    class Meta:
        app_label = "core"


class Share(models.Model):
    """A text opened by its writer to one other person, under one pair or request."""

    # The database itself cascades: whoever may delete a text opened to them need not see who else reads it,
    # and loses sight of the text with their own share.
    text = models.ForeignKey(Text, on_delete=models.DO_NOTHING, related_name="shares")
    # Whose text it is, as on the text itself: row security asks for it at every reading.
    owner_id = models.UUIDField(db_index=True)
    with_id = models.UUIDField()
    under = models.UUIDField(db_index=True)

    class Meta:
        app_label = "core"
        constraints = [
            models.UniqueConstraint(fields=["text", "with_id", "under"], name="share_once"),
        ]
        indexes = [models.Index(fields=["with_id"])]
