from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

# What a job still has to do something about: neither sent nor looked at.
WAITING = Q(sent_at=None, seen_at=None)


class Notice(models.Model):
    """Something new for one person: a kind and a place to look, never the content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    # The same occasion tells a person once, however often the job that tells it is repeated.
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    # When its person may be told next. None: nobody has looked yet at how they want to be told.
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["person_id", "created_at"]),
            models.Index(fields=["due_at"], condition=WAITING, name="notice_due"),
        ]


class Delivery(models.Model):
    """One message to one person about all that waits for them, by letter or by text message.

    The row is there before the message goes and counts for the week from then on. Whoever sends holds it for
    a while (`leased_until`); when they die on the way, the next one sends under the same row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    # The moment that was due: what the week's budget counts from.
    at = models.DateTimeField()
    leased_until = models.DateTimeField()
    # "letter", "text", "device" or "both", once it has gone.
    way = models.CharField(max_length=8, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"], condition=Q(sent_at=None), name="one_delivery_at_a_time"
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | ~Q(way=""), name="sent_some_way"),
        ]
        indexes = [models.Index(fields=["person_id", "at"])]
