from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q


def _written(what: str) -> Q:
    """Words have a writer, and nobody wrote none."""
    return Q(**{f"{what}_text": None, f"{what}_by": None}) | Q(
        **{f"{what}_text__isnull": False, f"{what}_by__isnull": False}
    )


class Series(models.Model):
    """The regular meetings of a pair: a rhythm, never a duty.

    The dates follow from it by the clock of one place: `starts_on` at `at` in `zone`, then every week, every
    second week, or every month on the same weekday of the month. Dates that lie near are rows of `Meeting`,
    which can be moved, cancelled and confirmed one by one. Another rhythm is another series.
    """

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly"
        FORTNIGHTLY = "fortnightly"
        MONTHLY = "monthly"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    programme_id = models.UUIDField()
    rhythm = models.CharField(max_length=12, choices=Rhythm.choices)
    starts_on = models.DateField()
    at = models.TimeField()
    zone = models.CharField(max_length=64)
    minutes = models.PositiveSmallIntegerField()
    mode = models.PositiveSmallIntegerField()
    # Texts shared under the pair, as with a meeting.
    place_text = models.UUIDField(null=True)
    place_by = models.UUIDField(null=True)
    link_text = models.UUIDField(null=True)
    link_by = models.UUIDField(null=True)
    set_by = models.UUIDField(null=True)
    # Grows with every change, for calendar programs.
    sequence = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=1440), name="series_minutes"),
            models.CheckConstraint(condition=Q(mode__lte=3), name="series_mode"),
            models.CheckConstraint(
                condition=Q(rhythm__in=["weekly", "fortnightly", "monthly"]), name="series_rhythm"
            ),
            models.CheckConstraint(condition=_written("place"), name="series_place_has_a_writer"),
            models.CheckConstraint(condition=_written("link"), name="series_link_has_a_writer"),
            models.UniqueConstraint(fields=["pair"], condition=Q(ended_at=None), name="one_series_of_a_pair"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Meeting(models.Model):
    """One time that the two people of a pair want to spend together."""

    class State(models.TextChoices):
        PLANNED = "planned"
        CANCELLED = "cancelled"
        # A date of a series that does not hold: the pair pauses, or there is another rhythm by now.
        RESTING = "resting"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    programme_id = models.UUIDField()
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    # Number of a way to meet in the catalogue.
    mode = models.PositiveSmallIntegerField()
    # Where, in the words of the one who wrote it last (a text shared under the pair).
    place_text = models.UUIDField(null=True)
    place_by = models.UUIDField(null=True)
    # The link of a video call, in the same way.
    link_text = models.UUIDField(null=True)
    link_by = models.UUIDField(null=True)
    planned_by = models.UUIDField(null=True)
    # The series that it is a date of, and the day that the rhythm gave it.
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="dates", null=True)
    slot = models.DateField(null=True)
    # At another time than the rhythm gave it.
    moved = models.BooleanField(default=False)
    # Place and link are those of the series.
    like_series = models.BooleanField(default=False)
    # Grows with every change, for calendar programs.
    sequence = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    made_at = models.DateTimeField()
    # When the second of the two said that it took place; the meeting counts from then on.
    took_place_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=1440), name="meeting_minutes"),
            models.CheckConstraint(condition=Q(mode__lte=3), name="meeting_mode"),
            models.CheckConstraint(condition=_written("place"), name="meeting_place_has_a_writer"),
            models.CheckConstraint(condition=_written("link"), name="meeting_link_has_a_writer"),
            models.CheckConstraint(
                condition=Q(series=None, slot=None, moved=False, like_series=False)
                | Q(series__isnull=False, slot__isnull=False),
                name="a_date_of_a_series_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(like_series=False) | Q(place_text=None, link_text=None),
                name="words_of_the_series_or_its_own",
            ),
            models.CheckConstraint(
                condition=~Q(state="resting") | Q(series__isnull=False), name="only_dates_of_a_series_rest"
            ),
            models.UniqueConstraint(fields=["series", "slot"], name="one_meeting_a_date"),
            models.CheckConstraint(
                condition=Q(took_place_at=None) | Q(state="planned"), name="cancelled_did_not_take_place"
            ),
        ]
        indexes = [models.Index(fields=["pair", "starts_at"])]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED


class TookPlace(models.Model):
    """One person says that a meeting took place. A meeting counts when both did.

    There is no opposite of this row: nobody can say that somebody did not come.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="confirmations")
    person_id = models.UUIDField()
    # The session it was said in: the person's own (composite foreign key).
    entry_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "person_id"], name="took_place_once")]

    def __str__(self) -> str:
        return str(self.meeting_id)


class JournalLine(models.Model):
    """A few words of one of the two in the pair's journal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey("pair.Pair", on_delete=models.CASCADE, related_name="+")
    # Its place in the journal. Grows; numbers of deleted lines may come again.
    number = models.PositiveIntegerField()
    person_id = models.UUIDField(db_index=True)
    text_id = models.UUIDField()
    # The Monday of the week it was written in: no finer date is kept here.
    week = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "number"], name="journal_line_number")]

    def __str__(self) -> str:
        return str(self.id)


class Feed(models.Model):
    """A private calendar feed. The token is shown once; only its SHA-256 is kept."""

    person_id = models.UUIDField(unique=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Invitation(models.Model):
    """What one of the two was sent for their calendar about one meeting or series, and by which code answers
    to it are known. Only a job makes it, when a letter goes; the other of the two learns nothing of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+", null=True)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+", null=True)
    # SHA-256 of the code in the address for answers. The code follows from the id and the server's secret.
    code_hash = models.BinaryField(max_length=32, unique=True)
    # What the calendar was told last: answers to less are too late.
    sequence = models.PositiveIntegerField()
    # What it shows, so that a change of something else sends nothing.
    shown_hash = models.BinaryField(max_length=32)
    sent_at = models.DateTimeField()
    # When it can go: a while after the last meeting. None: it goes on.
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting=None, series__isnull=False) | Q(meeting__isnull=False, series=None),
                name="invited_to_one_thing",
            ),
            models.UniqueConstraint(fields=["person_id", "meeting"], name="one_invitation_a_meeting"),
            models.UniqueConstraint(fields=["person_id", "series"], name="one_invitation_a_series"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CalendarAnswer(models.Model):
    """What somebody said in their calendar about a meeting, a date of a series, or all of a series (no slot).

    Their own note and nobody else's: it plans, moves, cancels and confirms nothing.
    """

    person_id = models.UUIDField()
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="answers")
    slot = models.DateField(null=True)
    # "yes", "maybe" or "no".
    said = models.CharField(max_length=8)
    # By these two a calendar says which of its answers is the later one.
    sequence = models.PositiveIntegerField()
    stamped = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "slot"], nulls_distinct=False, name="one_answer_a_date"
            ),
            models.CheckConstraint(condition=Q(said__in=["yes", "maybe", "no"]), name="what_a_calendar_says"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
