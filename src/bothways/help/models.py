from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from bothways.help.hand_models import HandAsk, HandLike, HandYes

__all__ = ["LONGEST_WAIT", "HandAsk", "HandLike", "HandYes", "Opening", "Reply", "Request", "Service"]

LONGEST_WAIT = 30


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
        EXPIRED = "expired"

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
    # The ladder. Days that each of its rungs may take, and when the next one is reached if nobody answers;
    # nothing is due while there is an answer, or no rung that the requester agreed to.
    wait_days = models.PositiveSmallIntegerField(default=3)
    climbs_at = models.DateTimeField(null=True)
    # The requester's own session in which they agreed that coordinators may see what a partner was asked.
    coordinators_entry_id = models.UUIDField(null=True)
    coordinators_at = models.DateTimeField(null=True)
    # A service that the requester chose. It reads nothing: the requester gets its contact and a note.
    service = models.ForeignKey("help.Service", on_delete=models.SET_NULL, null=True, related_name="+")
    service_at = models.DateTimeField(null=True)
    # When nobody closes it; its requester is told before.
    expires_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to="coordinators", coordinators_at__isnull=False)
                | Q(to="partner", coordinators_at=None)
                | Q(to="partner", coordinators_at__isnull=False, coordinators_entry_id__isnull=False),
                name="only_to_rungs_agreed_to",
            ),
            models.CheckConstraint(
                condition=Q(service_at=None) | Q(service__isnull=False), name="only_to_a_service_chosen"
            ),
            models.CheckConstraint(
                condition=Q(wait_days__gte=1, wait_days__lte=LONGEST_WAIT), name="wait_days_range"
            ),
            models.CheckConstraint(
                condition=Q(climbs_at=None) | Q(state="open"), name="climbs_only_while_open"
            ),
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
                | Q(state="expired", closed_at__isnull=False, closed_entry_id=None)
                | Q(state__in=["open", "answered"], closed_at=None, closed_entry_id=None),
                name="closed_by_the_requester",
            ),
        ]
        indexes = [
            models.Index(
                fields=["programme_id", "made_at"],
                condition=Q(coordinators_at__isnull=False, state__in=["open", "answered"]),
                name="request_waits",
            ),
            models.Index(fields=["climbs_at"], condition=Q(climbs_at__isnull=False), name="request_climbs"),
            models.Index(fields=["expires_at"], condition=Q(closed_at=None), name="request_expires"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="request_over"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def next_rung(self) -> str:
        """Where it goes next when nobody answers: "coordinators", "service", or "" for nowhere."""
        if self.coordinators_at is None and self.coordinators_entry_id is not None:
            return "coordinators"
        return "service" if self.service_id is not None and self.service_at is None else ""


class Service(models.Model):
    """A service or an offer in the directory of a programme: words about a place, never about a person.

    Never deleted: what coordinators take away has an end, so that whoever chose it is told."""

    class Sort(models.TextChoices):
        SERVICE = "service"
        ADVICE = "advice"
        COURSE = "course"
        JOB = "job"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey("programme.Programme", on_delete=models.CASCADE, related_name="+")
    # Where it is for; null: for the whole programme.
    area = models.ForeignKey("programme.Area", on_delete=models.SET_NULL, null=True, related_name="+")
    sort = models.CharField(max_length=8, choices=Sort.choices)
    kind = models.CharField(max_length=8, choices=Request.Kind.choices)
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=600, blank=True)
    place = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    web = models.CharField(max_length=300, blank=True)
    mail = models.CharField(max_length=254, blank=True)
    # Numbers of the catalogue's languages that are spoken there.
    languages = models.JSONField(default=list)
    valid_until = models.DateField()
    ended_at = models.DateTimeField(null=True)
    # All its words as the search reads them: see `searching`.
    found_by = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(place="", phone="", web="", mail=""), name="service_can_be_reached"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "name"], condition=Q(ended_at=None), name="service_stands"),
        ]

    def __str__(self) -> str:
        return self.name


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
