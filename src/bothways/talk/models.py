from __future__ import annotations

import uuid

from django.db import models


class Message(models.Model):
    """A few words of one of the two to the other.

    Nothing here says whether they were read, and nothing that was picked from the phrase list stands
    beside the words: all of it is in the sealed text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    # Its place in the conversation. Grows; numbers of deleted messages may come again.
    number = models.PositiveIntegerField()
    person_id = models.UUIDField(db_index=True)
    text_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "number"], name="message_number")]

    def __str__(self) -> str:
        return str(self.id)


class Bookmark(models.Model):
    """How far somebody has come in a conversation, for their own home page. Nobody else can read it."""

    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    person_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "person_id"], name="bookmark_once")]

    def __str__(self) -> str:
        return str(self.pk)
