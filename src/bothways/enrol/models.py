from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from bothways.programme.api import catalogue


class Enrolment(models.Model):
    """What one member offers and would like in one programme, in the member's own choice of words:
    numbers and bits of the catalogue, no free text."""

    class State(models.TextChoices):
        DRAFT = "draft"  # being filled in, saved as one goes
        WAITING = "waiting"  # sent; the second confirmation opens at `confirm_from`
        ACTIVE = "active"
        PAUSED = "paused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey("programme.Programme", on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    # The session that wrote it: the person's own (composite foreign key).
    entry_id = models.UUIDField()
    side = models.ForeignKey("programme.Side", on_delete=models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey("programme.Area", on_delete=models.PROTECT, null=True, related_name="+")
    radius_km = models.PositiveSmallIntegerField(default=10)
    # language number * 4 + level, ascending.
    speak = ArrayField(models.SmallIntegerField(), default=list)
    learn = ArrayField(models.SmallIntegerField(), default=list)
    times = models.IntegerField(default=0)
    modes = models.SmallIntegerField(default=0)
    interests = models.BigIntegerField(default=0)
    needs = models.IntegerField(default=0)
    # My own, optional answers to needs of the same number; used for nothing else.
    facts = models.IntegerField(default=0)
    capacity = models.PositiveSmallIntegerField(default=1)
    # How many partners I have now. The database refuses one too many.
    partners = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    made_at = models.DateTimeField()
    confirm_from = models.DateTimeField(null=True)
    # Since when I wait for a (further) partner; counts only while active.
    waiting_since = models.DateTimeField(null=True)
    # While paused: since when, so that the pause is not counted as waiting, nor the wait before it lost.
    paused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "person_id"], name="enrolled_once"),
            # The target of the composite foreign key of consents.
            models.UniqueConstraint(fields=["id", "person_id"], name="enrolment_and_person"),
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=5), name="capacity_range"),
            models.CheckConstraint(
                condition=Q(partners__lte=models.F("capacity")), name="partners_within_capacity"
            ),
            models.CheckConstraint(condition=Q(radius_km__gte=1, radius_km__lte=200), name="radius_range"),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(side__isnull=False, area__isnull=False, modes__gt=0, confirm_from__isnull=False),
                name="sent_is_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state"]),
            models.Index(fields=["person_id"]),
            models.Index(fields=["confirm_from"], condition=Q(state="waiting"), name="enrolment_opens"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Consent(models.Model):
    """What a member said to one purpose: yes or no, to which version of the text, in which session."""

    # The database itself cascades (see the migration): nothing else may delete a consent.
    enrolment = models.ForeignKey(Enrolment, on_delete=models.DO_NOTHING, related_name="consents")
    text = models.ForeignKey("programme.ConsentText", on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    entry_id = models.UUIDField()
    purpose = models.CharField(max_length=10)
    given = models.BooleanField()
    at = models.DateTimeField()
    # Set when a newer answer replaces this one.
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "purpose"], condition=Q(replaced_at=None), name="one_standing_consent"
            ),
        ]
        indexes = [
            models.Index(fields=["text"], condition=Q(replaced_at=None, given=True), name="consent_stands")
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.given}"


class Check(models.Model):
    """That a coordinator has looked at a member's papers of one kind, and until when that is valid.

    It begins as a code that the member asked for; a coordinator who is given the code sets the day. There
    is no file, no remark and no "failed": a check is valid until a day, or there is none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The database itself cascades (see the migration), as for consents.
    enrolment = models.ForeignKey(Enrolment, on_delete=models.DO_NOTHING, related_name="checks")
    person_id = models.UUIDField()
    # The session in which the member asked for it: their own (composite foreign key).
    entry_id = models.UUIDField()
    kind = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    # While it waits: the keyed hash of the code, and until when the code works.
    code_hash = models.BinaryField(max_length=32, null=True, unique=True)
    code_until = models.DateTimeField(null=True)
    # Once it is set: the last day on which it is valid.
    valid_until = models.DateField(null=True)
    set_at = models.DateTimeField(null=True)
    # The coordinator's session, for the database to judge. Shown to nobody; cut loose when they leave.
    set_by = models.UUIDField(null=True)
    set_entry_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__lt=len(catalogue.CHECKS)), name="check_kind"),
            models.CheckConstraint(
                condition=Q(
                    code_hash__isnull=False,
                    code_until__isnull=False,
                    valid_until=None,
                    set_at=None,
                    set_by=None,
                    set_entry_id=None,
                )
                | Q(code_hash=None, code_until=None, valid_until__isnull=False, set_at__isnull=False),
                name="check_waits_or_is_set",
            ),
            models.CheckConstraint(
                condition=Q(set_by=None, set_entry_id=None)
                | Q(set_by__isnull=False, set_entry_id__isnull=False),
                name="check_setter_whole",
            ),
            models.CheckConstraint(
                condition=Q(set_by=None) | ~Q(set_by=models.F("person_id")), name="check_not_by_oneself"
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind"],
                condition=Q(valid_until__isnull=False),
                name="one_standing_check",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind"], condition=Q(valid_until=None), name="one_check_code"
            ),
        ]
        indexes = [
            models.Index(fields=["person_id"]),
            models.Index(fields=["valid_until"], condition=Q(valid_until__isnull=False), name="check_ends"),
            models.Index(fields=["code_until"], condition=Q(valid_until=None), name="check_code_ends"),
        ]


class CodeTries(models.Model):
    """How many wrong codes for checks one coordinator has typed since a moment."""

    person_id = models.UUIDField(primary_key=True)
    since = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0)
