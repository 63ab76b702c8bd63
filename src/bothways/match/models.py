from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

# The last stage of a round: from here on it cannot be stopped.
WRITING = "writing"


class Round(models.Model):
    """One matching of a whole programme, or of those who are free between two such rounds."""

    class Kind(models.TextChoices):
        FULL = "full"
        # Somebody came, changed something or has a place again: a look at who is free now.
        BETWEEN = "between"

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        # By a coordinator, before anything was written.
        STOPPED = "stopped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey("programme.Programme", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.FULL)
    # Counts the rounds of each kind by itself.
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    # 0 to 100, for the progress bar; stage is a key of `match.words.STAGES`.
    progress = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=20, default="queued")
    # The engine's proof was checked: no better set of pairs exists among those that were looked at.
    checked = models.BooleanField(default=False)
    # Every pair that both sides' wishes allow was looked at, not only each person's best ones.
    whole = models.BooleanField(default=False)
    # Where it is not proved the best: the proof that it is at most one part in so many away from it.
    one_in = models.BigIntegerField(null=True)
    # Between rounds: when somebody who was left out of this look for a day may be looked at again.
    again_at = models.DateTimeField(null=True)
    # A key of `match.words.FAULTS`, for coordinators.
    fault = models.CharField(max_length=20, blank=True)
    # How often a worker took it up, and when the last one was heard of: a dead worker's round is taken
    # up again.
    attempts = models.PositiveSmallIntegerField(default=0)
    heard_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "kind", "number"], name="round_number_of_kind"),
            # One round of a programme at a time, whoever presses the button.
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state__in=["queued", "running"]), name="one_round_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.state}"

    @property
    def under_way(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}

    @property
    def held_as(self) -> dict[str, object]:
        """How the worker that took it up finds it again, and nobody else: the filter for its row."""
        return {"id": self.id, "state": self.State.RUNNING, "attempts": self.attempts}

    @property
    def can_be_stopped(self) -> bool:
        """Until it writes, nobody has been told anything."""
        return self.under_way and self.stage != WRITING


class Proposal(models.Model):
    """Two people whom the engine would bring together. Nothing more, until both say yes."""

    class State(models.TextChoices):
        OPEN = "open"
        # Both said yes, and their pair lives.
        MADE = "made"
        # Declined, expired, withdrawn, a place that was taken, a pair that ended: one word for all, on
        # purpose.
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="proposals")
    programme_id = models.UUIDField(db_index=True)
    # Nullable: the side of someone who left is cut loose.
    left = models.ForeignKey("enrol.Enrolment", on_delete=models.SET_NULL, null=True, related_name="+")
    right = models.ForeignKey("enrol.Enrolment", on_delete=models.SET_NULL, null=True, related_name="+")
    left_person = models.UUIDField(null=True, db_index=True)
    right_person = models.UUIDField(null=True, db_index=True)
    # Codes and numbers only, the same for both people (see `bothways.engine.explain`). A closed one has none.
    reasons = models.JSONField(default=dict)
    score = models.IntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_person=None)
                | Q(right_person=None)
                | ~Q(left_person=models.F("right_person")),
                name="two_people",
            ),
            models.UniqueConstraint(
                fields=["left", "right"], condition=Q(state="open"), name="one_open_proposal"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="open"), name="proposal_expires")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def people(self) -> list[uuid.UUID]:
        """The ids of its people, without those who left."""
        return [person for person in (self.left_person, self.right_person) if person]

    @property
    def enrolments(self) -> list[uuid.UUID]:
        """The ids of its enrolments, without those that were withdrawn."""
        return [enrolment for enrolment in (self.left_id, self.right_id) if enrolment]


class Answer(models.Model):
    """One person's yes to one proposal, given in their own session, once.

    A no is never stored: it closes the proposal and takes every answer to it away, so that nothing
    anywhere shows which of the two it was.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="answers")
    person_id = models.UUIDField(db_index=True)
    entry_id = models.UUIDField()
    yes = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person_id"], name="one_answer_each"),
            models.CheckConstraint(condition=Q(yes=True), name="no_is_never_stored"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class NotAgain(models.Model):
    """Two people who are never proposed to each other again. Does not say who asked for it."""

    programme_id = models.UUIDField()
    low_person = models.UUIDField(db_index=True)
    high_person = models.UUIDField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme_id", "low_person", "high_person"], name="not_again_once"
            ),
            models.CheckConstraint(
                condition=Q(low_person__lt=models.F("high_person")), name="low_before_high"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class LeftOver(models.Model):
    """Why a member has no proposal in the last round and what would help; shown to that member only."""

    enrolment = models.OneToOneField("enrol.Enrolment", on_delete=models.CASCADE, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    person_id = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=30)
    # [{"change": code, "value": number, "people": number}], coarse, at least three people behind each.
    hints = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.pk)


class Part(models.Model):
    """A share of a large round's work: the pairs of some rows of people. Numbers, while the round runs.

    Turn 0 is the listing. Its number 0 says who stands in which row: enrolments with a keyed mark of their
    wishes, no wishes and no person. Each later turn is a pass of pricing (`match.pricing`), until it is over;
    its number 0 holds the prices. The database deletes all of them in the statement that ends the round,
    however it ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="parts")
    turn = models.PositiveIntegerField(default=0)
    number = models.PositiveIntegerField()
    # The rows on the left side: `first` up to, not including, `last`.
    first = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(default=0)
    # How many pairs it found, and whether these are all that there are in its rows.
    pairs = models.PositiveIntegerField(default=0)
    whole = models.BooleanField(default=True)
    # Columns of numbers, compressed; null until a worker has handed it in.
    content = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "turn", "number"], name="part_once")]
