from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from bothways.report.keylines import fingerprint_of


class Lead(models.Model):
    """How to reach a programme's safeguarding lead by other means, in the programme's own words. Public."""

    programme = models.OneToOneField("programme.Programme", on_delete=models.PROTECT, primary_key=True)
    contact = models.TextField(max_length=500)
    changed_on = models.DateField()


class LeadKey(models.Model):
    """One entry in a programme's public list of keys: from this day on reports are sealed to this key, or,
    when it is empty, to none. The newest counts. Never changed and never deleted (a trigger refuses both)."""

    programme = models.ForeignKey("programme.Programme", on_delete=models.PROTECT, related_name="+")
    public_key = models.BinaryField(max_length=32, null=True)
    code_hash = models.BinaryField(max_length=16, null=True)
    since = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(public_key__isnull=True, code_hash__isnull=True)
                | Q(public_key__isnull=False, code_hash__isnull=False),
                name="lead_key_whole",
            ),
        ]
        indexes = [models.Index(fields=["programme", "-id"], name="lead_key_newest")]

    @property
    def fingerprint(self) -> str:
        """The number to compare over the phone; empty when there is no key."""
        if self.public_key is None or self.code_hash is None:
            return ""
        return fingerprint_of(bytes(self.public_key), bytes(self.code_hash))


class Sealed(models.Model):
    """A sealed report: what it is sealed to, the day, and bytes that only the lead can open. Nothing else.

    No foreign keys: checking one would leave a mark with the time on the programme's row. The program has no
    right to this table; it goes through functions of the database (see the migration `0002_walls`).
    """

    # From the bytes themselves: the same report sent twice is one.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.UUIDField(db_index=True)
    key_id = models.BigIntegerField()
    day = models.DateField()
    sealed = models.BinaryField()


class Attempt(models.Model):
    """How often one network tried in these ten minutes: a keyed hash that is another one in the next ten."""

    mark = models.CharField(max_length=32, primary_key=True)
    tries = models.PositiveSmallIntegerField()
    until = models.DateTimeField(db_index=True)
