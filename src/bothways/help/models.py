from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Request(models.Model):
    """A member's own question or need. Only the member can call it resolved or take it back: the
    database asks for a session of theirs."""

    class Kind(models.TextChoices):
        WORK = "work"
        SCHOOL = "school"
        HEALTH = "health"
        HOUSING = "housing"
        PAPERS = "papers"
        FARM = "farm"
        ELSE = "else"

    class To(models.TextChoices):
        PARTNER = "partner"
        COORDINATORS = "coordinators"

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        RESOLVED = "resolved"
        TAKEN_BACK = "taken_back"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.UUIDField(db_index=True)
    person_id = models.UUIDField(db_index=True)
    # The session it was made in: the person's own (composite foreign key).
    entry_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    to = models.CharField(max_length=12, choices=To.choices)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, null=True, related_name="+")
    text_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # The requester's own session in which they resolved it or took it back (composite foreign key).
    closed_entry_id = models.UUIDField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to="partner", pair__isnull=False) | Q(to="coordinators", pair=None),
                name="to_partner_or_coordinators",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["resolved", "taken_back"],
                    closed_at__isnull=False,
                    closed_entry_id__isnull=False,
                )
                | Q(state__in=["open", "answered"], closed_at=None, closed_entry_id=None),
                name="closed_by_the_requester",
            ),
        ]
        indexes = [
            models.Index(
                fields=["programme_id", "made_at"],
                condition=Q(to="coordinators", state__in=["open", "answered"]),
                name="request_waits",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_closed(self) -> bool:
        return self.state in {self.State.RESOLVED, self.State.TAKEN_BACK}


class Reply(models.Model):
    """Words under a request: of the one asked, or more of the requester's own.

    However a row goes, the database deletes its text: also one that whoever deletes the row cannot read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="replies")
    person_id = models.UUIDField(db_index=True)
    # The public name of a coordinator; empty for the requester and the partner.
    signed = models.CharField(max_length=80, blank=True)
    text_id = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Opening(models.Model):
    """A coordinator opened a request. Written after the receipt that its requester sees was committed,
    and good for a while: afterwards it takes a new receipt."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="openings")
    person_id = models.UUIDField(db_index=True)
    receipt_id = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    # Written as soon as somebody or the job finds that its time is over: no clock opens it again.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["request", "person_id", "at"]),
            models.Index(fields=["at"], condition=Q(ended_at=None), name="opening_stands"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
