from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q


class Meeting(models.Model):
    """One time that the two people of a pair want to spend together."""

    class State(models.TextChoices):
        PLANNED = "planned"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    programme_id = models.UUIDField()
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    # Number of a way to meet in the catalogue.
    mode = models.PositiveSmallIntegerField()
    # Where, in the words of the one who wrote it last (a text shared under the pair).
    place_text = models.UUIDField(null=True)
    place_by = models.UUIDField(null=True)
    planned_by = models.UUIDField(null=True)
    # Grows with every change, for calendar programs.
    sequence = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    made_at = models.DateTimeField()
    # When the second of the two said that it took place; the meeting counts from then on.
    took_place_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=1440), name="meeting_minutes"),
            models.CheckConstraint(condition=Q(mode__lte=3), name="meeting_mode"),
            models.CheckConstraint(
                condition=Q(place_text=None, place_by=None)
                | Q(place_text__isnull=False, place_by__isnull=False),
                name="meeting_place_has_a_writer",
            ),
            models.CheckConstraint(
                condition=Q(took_place_at=None) | Q(state="planned"), name="cancelled_did_not_take_place"
            ),
        ]
        indexes = [models.Index(fields=["pair", "starts_at"])]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED


class TookPlace(models.Model):
    """One person says that a meeting took place. A meeting counts when both did.

    There is no opposite of this row: nobody can say that somebody did not come.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="confirmations")
    person_id = models.UUIDField()
    # The session it was said in: the person's own (composite foreign key).
    entry_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "person_id"], name="took_place_once")]

    def __str__(self) -> str:
        return str(self.meeting_id)


class JournalLine(models.Model):
    """A few words of one of the two in the pair's journal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    # Its place in the journal. Grows; numbers of deleted lines may come again.
    number = models.PositiveIntegerField()
    person_id = models.UUIDField(db_index=True)
    text_id = models.UUIDField()
    # The Monday of the week it was written in: no finer date is kept here.
    week = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "number"], name="journal_line_number")]

    def __str__(self) -> str:
        return str(self.id)


class Feed(models.Model):
    """A private calendar feed. The token is shown once; only its SHA-256 is kept."""

    person_id = models.UUIDField(unique=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
