from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from bothways.core.clock.api import now

TITLE_LENGTH, PLACE_LENGTH, WORDS_LENGTH = 80, 200, 2000
SHORTEST, LONGEST = 15, 720


class Gathering(models.Model):
    """An afternoon for many, with a host: words of a programme's coordinators about a place and a time, and
    never about a person. Who published it is not kept here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey("programme.Programme", on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=TITLE_LENGTH)
    place = models.CharField(max_length=PLACE_LENGTH)
    words = models.CharField(max_length=WORDS_LENGTH, blank=True)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    # Grows with each change, so that two coordinators notice each other and a calendar replaces what it had.
    sequence = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    # Those who come have not been told yet of another time or place, or that it was called off.
    untold = models.BooleanField(default=False)
    # When those who come are reminded; null: never, or they have been.
    remind_at = models.DateTimeField(null=True)
    # About how many come, protected like every figure: written once by a job. Null with a time: few.
    expected = models.PositiveIntegerField(null=True)
    expected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST, minutes__lte=LONGEST), name="gathering_minutes"
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(place=""), name="gathering_named"),
            models.CheckConstraint(
                condition=Q(expected=None) | Q(expected_at__isnull=False), name="gathering_expected_at"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "starts_at"]),
            models.Index(
                fields=["remind_at"], condition=Q(remind_at__isnull=False), name="gathering_reminds"
            ),
            models.Index(fields=["id"], condition=Q(untold=True), name="gathering_untold"),
            models.Index(
                fields=["starts_at"],
                condition=Q(expected_at=None, cancelled_at=None),
                name="gathering_expects",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= now()


class Guest(models.Model):
    """What one member said to one gathering: that they come, that they were there, or both. Nothing said is
    no row. Read by that member alone, and by jobs; it goes with the enrolment, by the database itself."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="guests")
    # The composite foreign key in the migration cascades: no answer outlives its enrolment.
    enrolment = models.ForeignKey(
        "enrol.Enrolment", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    person_id = models.UUIDField(db_index=True)
    coming = models.BooleanField(default=False)
    attended = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "person_id"], name="guest_once"),
            models.CheckConstraint(condition=Q(coming=True) | Q(attended=True), name="guest_says_something"),
        ]
