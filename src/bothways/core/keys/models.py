from __future__ import annotations

from django.db import models


class PersonKey(models.Model):
    """The key of one person's texts, wrapped by the master key.

    Lives in a database of its own (alias `keys`) so that its backups can be few and short-lived:
    destroying the row here makes the person's texts unreadable in every backup of the data.
    """

    person_id = models.UUIDField(primary_key=True)
    wrapped = models.BinaryField()

    class Meta:
        app_label = "keys"


class NoiseKey(models.Model):
    """One row: the key of the noise in published figures, wrapped by the master key. Made once, and the same
    for ever: a second one would make a second figure for the same cell."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    wrapped = models.BinaryField()

    class Meta:
        app_label = "keys"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_noise_key")]


class SumsKey(models.Model):
    """The key that opens the sums of one programme's half-year (the room `voice`), wrapped by the master key.

    Destroyed once the release that the sums go into is out: afterwards nobody opens any copy of them.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    wrapped = models.BinaryField()

    class Meta:
        app_label = "keys"


class Departed(models.Model):
    """Somebody whose key was destroyed. Written by a trigger, together with the destruction."""

    person_id = models.UUIDField(primary_key=True)
    left_on = models.DateField()

    class Meta:
        app_label = "keys"
