from __future__ import annotations

from django.db import models


class PublishedQuarter(models.Model):
    """The figures of one programme and quarter as they were published: suppressed, rounded, frozen.
    A trigger refuses changes."""

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
