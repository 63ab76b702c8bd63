from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from bothways.programme.catalogue import CHECKS


class Programme(models.Model):
    """One programme that brings people together, in its coordinators' own words."""

    class Kind(models.TextChoices):
        COMPANY = "company"  # two sides: offers company, would like company
        EXCHANGE = "exchange"  # one side: everybody teaches and learns

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    purpose = models.TextField(max_length=1000)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.COMPANY)
    time_zone = models.CharField(max_length=60, default="UTC")
    # Days between rounds; null: rounds start by button only.
    round_every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    next_round_at = models.DateTimeField(null=True)
    # Whether somebody new, or somebody with a free place again, is looked for between rounds too.
    between_rounds = models.BooleanField(default=False)
    answer_days = models.PositiveSmallIntegerField(default=7)
    # Bits of the catalogue's interests and needs that this programme asks about.
    interests = models.BigIntegerField()
    needs = models.IntegerField()
    # Language numbers of the catalogue that this programme offers.
    languages = models.JSONField(default=list)
    # Open: people may enrol.
    open = models.BooleanField(default=False)
    # When it was opened first. Until then only its coordinators see its page.
    opened_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_days__gte=1, answer_days__lte=60), name="answer_days_range"
            ),
            models.CheckConstraint(
                condition=Q(round_every_days=None) | Q(round_every_days__gte=1, round_every_days__lte=366),
                name="round_every_days_range",
            ),
            models.CheckConstraint(condition=Q(open=False) | Q(opened_at__isnull=False), name="open_since"),
            models.CheckConstraint(condition=Q(slug__regex=r"^[a-z0-9][a-z0-9-]*$"), name="slug_is_plain"),
        ]

    def __str__(self) -> str:
        return self.name


class Side(models.Model):
    """What a member does in the programme: offers company, would like company."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="sides")
    # 0 and 1; an exchange has only 0. The engine calls 0 left and 1 right.
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=300, blank=True)
    max_capacity = models.PositiveSmallIntegerField(default=1)
    # Bits of the catalogue's checks that a member of this side needs before anybody is proposed to them.
    checks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="side_once"),
            models.CheckConstraint(condition=Q(number__in=[0, 1]), name="side_number"),
            models.CheckConstraint(
                condition=Q(max_capacity__gte=1, max_capacity__lte=5), name="side_capacity"
            ),
            models.CheckConstraint(condition=Q(checks__lt=1 << len(CHECKS)), name="side_checks"),
        ]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A place in the programme's tree of areas. Leaves are where members are; any area may have a
    capacity: the most pairs that can be looked after there at one time."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="areas")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    name = models.CharField(max_length=80)
    # Centre of the coarse h3 cell (resolution 6, about 3 km) of the place in 1e-5 degrees; null for regions.
    lat_e5 = models.IntegerField(null=True)
    lon_e5 = models.IntegerField(null=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "parent", "name"], name="area_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                # Both or neither: with only one of them the ranges would be NULL, which a check lets through.
                condition=Q(lat_e5__isnull=True, lon_e5__isnull=True)
                | Q(
                    lat_e5__isnull=False,
                    lon_e5__isnull=False,
                    lat_e5__range=(-9_000_000, 9_000_000),
                    lon_e5__range=(-18_000_000, 18_000_000),
                ),
                name="area_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ConsentText(models.Model):
    """One version of what a member is asked to agree to, for one purpose. Never changed, only followed
    by the next version (a trigger refuses updates)."""

    class Purpose(models.TextChoices):
        MATCH = "match"  # use my answers to find a partner
        CONTACT = "contact"  # show my contact details to my partner
        NOTICES = "notices"  # send me short notices
        FIGURES = "figures"  # count me in the published figures

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="consent_texts")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    version = models.PositiveSmallIntegerField()
    # One text per page language; {} falls back to the product's own text for the purpose.
    words = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "purpose", "version"], name="consent_text_once"),
        ]


class Staff(models.Model):
    """A role in a programme, taken up by the person themself with an invitation."""

    class Role(models.TextChoices):
        COORDINATOR = "coordinator"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="staff")
    person_id = models.UUIDField(db_index=True)
    entry_id = models.UUIDField()
    role = models.CharField(max_length=12, choices=Role.choices)
    # The name that members see for this role, chosen by the coordinator.
    public_name = models.CharField(max_length=80)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "person_id", "role"], name="role_once"),
        ]


class Invitation(models.Model):
    """A one-time code: to set up a programme (programme null), or to join one as a coordinator."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, null=True)
    code_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
