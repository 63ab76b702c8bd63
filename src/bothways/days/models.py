from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Occasion(models.Model):
    """A day that matters to a pair: theirs, and never a fact about one person.

    What day it is (a birthday, a festival) stands in the sealed text with the writer's own words, so that
    no list of any kind of day can be made here. Only the dates are plain: the reminder needs them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    person_id = models.UUIDField(db_index=True)
    text_id = models.UUIDField()
    # One to four dates as in "2027-03-21", the earliest first. Of a day that comes each year month and day
    # alone count: its year is always 2000, which no birth year can be read from.
    dates = models.JSONField()
    each_year = models.BooleanField()
    # How many days before it the two are reminded.
    before = models.PositiveSmallIntegerField()
    # The local date of the next reminder, None when there is none to come.
    remind_on = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(before__lte=30), name="occasion_before")]
        indexes = [
            models.Index(
                fields=["remind_on"], condition=Q(remind_on__isnull=False), name="occasion_reminders"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
