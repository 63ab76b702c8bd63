from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Q

from bothways.core.clock.api import today

# One more than the largest number that the bits of the catalogue's times and ways can make.
TIMES_END = 1 << 21
MODES_END = 1 << 4


class Pair(models.Model):
    """Two people who both said yes. A trigger refuses a row without both answers, and any way back
    from an ending."""

    class State(models.TextChoices):
        LIVE = "live"
        PAUSED = "paused"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.UUIDField(db_index=True)
    proposal = models.OneToOneField("match.Proposal", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.LIVE)
    made_at = models.DateTimeField()
    # The later of the two halves' pauses.
    paused_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at=None)),
                name="ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_until__isnull=False)
                | (~Q(state="paused") & Q(paused_until=None)),
                name="paused_has_an_end",
            ),
        ]

    @property
    def is_ended(self) -> bool:
        return self.state == self.State.ENDED

    @property
    def is_paused(self) -> bool:
        """Paused today: a pause that ran out counts no more, whether or not a job has cleared it."""
        return self.paused_until is not None and self.paused_until > today()

    @property
    def planned_day(self) -> date | None:
        """The day on which the two mean to end their pair, as it was when the pair was first asked for it."""
        closing: Closing | None = getattr(self, "closing", None)
        return closing.day if closing else None


class Half(models.Model):
    """One of the two people of a pair. Deleted when that person leaves Bothways."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="halves")
    number = models.PositiveSmallIntegerField()
    person_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    # Each may pause for themself and nobody ends another's pause.
    paused_until = models.DateField(null=True)
    # Own contact details: a text shared with the other under the pair.
    contact_text = models.UUIDField(null=True)
    # A word of thanks before a planned ending: a text shared in the same way.
    thanks_text = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "number"], name="two_halves"),
            models.UniqueConstraint(fields=["pair", "person_id"], name="a_person_once"),
            models.CheckConstraint(condition=Q(number__in=[0, 1]), name="half_number"),
        ]
        indexes = [
            models.Index(fields=["person_id"], name="half_person"),
            models.Index(fields=["enrolment_id"], name="half_enrolment"),
        ]


class Closing(models.Model):
    """The day on which the two mean to end their pair. It ends nothing by itself, and either may drop it."""

    pair = models.OneToOneField(Pair, on_delete=models.CASCADE, primary_key=True, related_name="closing")
    day = models.DateField()
    # When both were told that the day has come.
    told_at = models.DateTimeField(null=True)


class InTouch(models.Model):
    """One of the two would like to stay in touch after a planned ending: a text that their partner may keep.

    The partner sees neither the row nor the text until there are two (a trigger opens both); what becomes of
    them at the end is seen to by triggers too. Who does not want to has no row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="in_touch")
    person_id = models.UUIDField(db_index=True)
    text_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "person_id"], name="in_touch_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Card(models.Model):
    """What the two have agreed. Every change is a new version that both sign again.

    Two versions are kept at most: the last that both signed, and the newest.
    """

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly"
        FORTNIGHTLY = "fortnightly"
        MONTHLY = "monthly"
        OPEN = "open"

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="cards")
    version = models.PositiveIntegerField()
    rhythm = models.CharField(max_length=12, choices=Rhythm.choices)
    times = models.IntegerField(default=0)
    modes = models.SmallIntegerField(default=0)
    # Texts of the person who wrote them, shared with the other under the pair: house customs, and
    # what one would rather not. One of each per person; {"person id": "text id"}.
    customs = models.JSONField(default=dict)
    rather_not = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "version"], name="card_version"),
            models.CheckConstraint(condition=Q(times__gte=0, times__lt=TIMES_END), name="card_times"),
            models.CheckConstraint(condition=Q(modes__gte=0, modes__lt=MODES_END), name="card_modes"),
        ]

    def texts_of(self, person_id: uuid.UUID) -> list[uuid.UUID]:
        """The ids of one person's texts on this card."""
        found = [words.get(str(person_id)) for words in (self.customs, self.rather_not)]
        return [uuid.UUID(text_id) for text_id in found if text_id]


class Signature(models.Model):
    """One person's agreement to one version of the card, in their own session (composite foreign key)."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="signatures")
    person_id = models.UUIDField()
    entry_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "person_id"], name="signed_once")]
