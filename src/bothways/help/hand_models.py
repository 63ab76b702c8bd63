"""A few hours of practical help: what is asked for, who likes such work, and who said yes."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

MOST_HOURS = 12


class HandKind(models.TextChoices):
    HARVEST = "harvest"
    MOVING = "moving"
    REPAIRS = "repairs"
    LIFT = "lift"
    CHILDREN = "children"
    ELSE = "else"


class HandLike(models.Model):
    """A member likes to be asked for one kind of work in one programme: their own switch, off at first."""

    programme_id = models.UUIDField()
    person_id = models.UUIDField(db_index=True)
    # The session it was switched on in: the person's own (composite foreign key).
    entry_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=8, choices=HandKind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme_id", "kind", "person_id"], name="likes_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class HandAsk(models.Model):
    """A member asks for a few hours of help on a day. It holds no words, so that it names nobody.

    Taken back or past its day it is deleted, with everything that belongs to it: nothing is counted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.UUIDField(db_index=True)
    person_id = models.UUIDField(db_index=True)
    entry_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=8, choices=HandKind.choices)
    day = models.DateField()
    hours = models.PositiveSmallIntegerField()
    # Where roughly; null: it is said later, between the two.
    # (The database itself empties it: whoever takes an area away sees no asks.)
    area = models.ForeignKey("programme.Area", on_delete=models.DO_NOTHING, null=True, related_name="+")
    # The partner who is asked first, if the asker wishes.
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, null=True, related_name="+")
    # Since when members who like such work are asked, and the asker's own session in which they said so.
    wide_at = models.DateTimeField(null=True)
    wide_entry_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=MOST_HOURS), name="hand_hours"),
            models.CheckConstraint(
                condition=Q(wide_at=None, wide_entry_id=None)
                | Q(wide_at__isnull=False, wide_entry_id__isnull=False),
                name="hand_wide_in_own_session",
            ),
            models.CheckConstraint(
                condition=Q(pair__isnull=False) | Q(wide_at__isnull=False), name="hand_asks_somebody"
            ),
        ]
        indexes = [models.Index(fields=["programme_id", "day"], name="hand_day")]

    def __str__(self) -> str:
        return str(self.id)


class HandYes(models.Model):
    """Somebody would help. Until the asker says yes too, nobody learns who it is; the row is theirs alone.

    Either takes it away at any time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The database itself cascades: whoever asks may not see who said yes.
    ask = models.ForeignKey(HandAsk, on_delete=models.DO_NOTHING, related_name="+")
    person_id = models.UUIDField(db_index=True)
    entry_id = models.UUIDField(db_index=True)
    # How to reach each of the two, opened to the other when both have said yes.
    text_id = models.UUIDField()
    at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    asker_entry_id = models.UUIDField(null=True)
    asker_text_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ask", "person_id"], name="hand_yes_once"),
            models.CheckConstraint(
                condition=Q(met_at=None, asker_entry_id=None, asker_text_id=None)
                | Q(met_at__isnull=False, asker_entry_id__isnull=False, asker_text_id__isnull=False),
                name="hand_met_by_two",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
