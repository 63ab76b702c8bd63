from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Sums(models.Model):
    """What everybody together answered in one programme and half-year, as sealed counters (see `sums.py`).

    One row, whatever the number of answers. The program that serves pages has no right to this table: it goes
    through functions of the database (see the migration `0002_walls`), once for each member.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey("programme.Programme", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    half = models.PositiveSmallIntegerField()
    # When answers are taken; whoever began to enrol later is not asked.
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    public_key = models.BinaryField(max_length=32)
    sums = models.BinaryField()
    # A keyed hash of the rest: nobody but the program writes sums that are taken for real.
    seal = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "year", "half"], name="sums_once"),
            models.CheckConstraint(condition=Q(half__in=[1, 2]), name="sums_half"),
        ]

    def __str__(self) -> str:
        return f"{self.year}, half {self.half}"


class Done(models.Model):
    """Somebody answered the questions of these sums, or closed them: nothing says which, or when."""

    # No number that counts up: the order would say who came after whom.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sums = models.ForeignKey(Sums, on_delete=models.CASCADE, related_name="+")
    person_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sums", "person_id"], name="done_once")]

    def __str__(self) -> str:
        return str(self.pk)
