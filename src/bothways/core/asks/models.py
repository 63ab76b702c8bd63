from __future__ import annotations

import uuid

from django.db import models


class Ask(models.Model):
    """A person's wish, said in their own session, to answer one thing by a text message with a code.

    It is gone once it was used: which word was said, and that one was, stands nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    # The session in which it was asked for. What the message says is written as said in it; when it has
    # ended, the code opens nothing.
    entry_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()
    # Keyed hashes: of the number from which the answer must come, and of the code.
    sender_hash = models.BinaryField(max_length=32, db_index=True)
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "core"
        constraints = [
            models.UniqueConstraint(fields=["person_id", "kind", "object_id"], name="one_ask_a_thing"),
        ]
