from __future__ import annotations

from django.db import models
from django.db.models import Q


class PublishedQuarter(models.Model):
    """The figures of one quarter as they were published before there were releases: suppressed, rounded,
    frozen. No new ones are made; a trigger refuses changes."""

    programme = models.ForeignKey("programme.Programme", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    # {"enrolled": 25, "pairs": null, ...}; null means hidden because fewer than ten stand behind it.
    cells = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "year", "quarter"], name="published_once")
        ]
        ordering = ["-year", "-quarter"]


class Release(models.Model):
    """The figures of one programme and period as they were published: protected, frozen by a trigger."""

    class Kind(models.TextChoices):
        QUARTER = "quarter"
        MONTH = "month"

    programme = models.ForeignKey("programme.Programme", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    # JSON as `insight.body` writes it, byte for byte; text, because a JSON column would write it anew.
    body = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind", "year", "number"], name="released_once"),
            models.CheckConstraint(
                condition=Q(kind="quarter", number__gte=1, number__lte=4)
                | Q(kind="month", number__gte=1, number__lte=12),
                name="release_period",
            ),
        ]
        ordering = ["-year", "-number"]

    def __str__(self) -> str:
        return f"{self.year}, {self.kind} {self.number}"


class FollowUp(models.Model):
    """What the coordinators say about a quarter's report: what was done about the points of the last one.
    About the programme, never about a person; public as soon as it is saved, and theirs to change."""

    programme = models.ForeignKey("programme.Programme", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    quarter = models.PositiveSmallIntegerField()
    words = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "year", "quarter"], name="one_follow_up"),
            models.CheckConstraint(condition=Q(quarter__gte=1, quarter__lte=4), name="follow_up_quarter"),
        ]

    def __str__(self) -> str:
        return f"{self.year}, quarter {self.quarter}"


class Call(models.Model):
    """Coordinators ask all who offer something in a programme for something: for volunteers in a town, for
    somebody who speaks a language. About the programme, never about a person; public."""

    programme = models.ForeignKey("programme.Programme", on_delete=models.CASCADE, related_name="+")
    words = models.TextField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.pk)
