from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

# What a job still has to do something about: neither sent nor looked at.
UNTOLD = Q(sent_at=None, seen_at=None)
# Of that, what is told together, in one message without content (all but invitations).
WAITING = UNTOLD & Q(object_id=None)


class Notice(models.Model):
    """Something new for one person: a kind and a place to look, never the content."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    kind = models.CharField(max_length=40)
    path = models.CharField(max_length=200)
    # The same occasion tells a person once, however often the job that tells it is repeated.
    key = models.CharField(max_length=120)
    # The one thing that a letter of its own is about (an invitation to a meeting). Only the database's own
    # triggers set it; such a row is no news, and looking at a page does not take it away.
    object_id = models.UUIDField(null=True)
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
            models.Index(fields=["due_at"], condition=UNTOLD, name="notice_due"),
            models.Index(
                fields=["object_id"],
                condition=Q(object_id__isnull=False, sent_at=None),
                name="notice_about_one_thing",
            ),
        ]


class Delivery(models.Model):
    """One message to one person about all that waits for them, by letter or by text message.

    The row is there before the message goes and counts for the week from then on. Whoever sends holds it for
    a while (`leased_until`); when they die on the way, the next one sends under the same row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    # The one thing that it is about, if it is about one.
    about = models.UUIDField(null=True)
    # The moment that was due: what the week's budget counts from.
    at = models.DateTimeField()
    leased_until = models.DateTimeField()
    # "letter", "text", "device", "both" or "calendar", once it has gone.
    way = models.CharField(max_length=8, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "core"
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"], condition=Q(sent_at=None, about=None), name="one_delivery_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["person_id", "about"],
                condition=Q(sent_at=None, about__isnull=False),
                name="one_delivery_about_a_thing",
            ),
            models.CheckConstraint(condition=Q(sent_at=None) | ~Q(way=""), name="sent_some_way"),
        ]
        indexes = [models.Index(fields=["person_id", "at"])]
