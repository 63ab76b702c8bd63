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
    text_id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    # Its writer has left it free to go to the reader's phone as well, where the two have agreed to that.
    by_text = models.BooleanField(default=False)

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


class ByText(models.Model):
    """A yes of one of the two to messages on a phone: `reads`, that they want to get those of their partner;
    otherwise, that theirs may go. Words go only where both stand (decision 40)."""

    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    person_id = models.UUIDField(db_index=True)
    reads = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "person_id", "reads"], name="by_text_once")]

    def __str__(self) -> str:
        return str(self.pk)
