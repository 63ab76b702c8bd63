from __future__ import annotations

import uuid
from datetime import time
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from bothways.core.clock.api import now
from bothways.core.outbox.api import DAILY, LETTER, SOON, TEXT, WEEKLY

NO_MESSAGES = "none"


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=username)


class Person(AbstractBaseUser):
    """One adult with an account.

    `email` is not an address: it is a keyed hash of one (see `addresses.py`), so that sign-in can
    find the account while the address itself is a text under the person's own key. So is the name.
    """

    # Nobody has a password; an unusable one keeps the framework from asking for it.
    password = models.CharField(max_length=128, default="!", editable=False)
    # Sign-ins are entries of core.identity. A second record of them is not needed, so it is not there.
    last_login = None
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.CharField(max_length=120, unique=True)
    adult_confirmed_at = models.DateTimeField(null=True)
    # What partners call me: a text of my own. It exists (empty) from the first day, so that what was
    # shared before a name was given is the name that was given later.
    name_text = models.UUIDField(null=True)
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=60, default="UTC")
    # How notices reach me, and how often: "letter", "text" (message) or "none".
    notices_by = models.CharField(max_length=8, default=LETTER)
    told = models.CharField(max_length=8, default=SOON)
    # 0 is Monday.
    told_day = models.PositiveSmallIntegerField(default=0)
    told_at = models.TimeField(default=time(18))
    # Fewer than the most that this installation sends; None is that most.
    notices_per_week = models.PositiveSmallIntegerField(null=True)
    quiet_from = models.TimeField(default=time(21))
    quiet_until = models.TimeField(default=time(8))
    # Send me my meetings as invitations for my calendar, by letter.
    calendar_letters = models.BooleanField(default=False)
    # Where a device shows notices, the way above is silent, unless I want both.
    notices_both = models.BooleanField(default=False)
    # Set by one tap in a letter, without a sign-in; taken away only by the person, signed in.
    letters_stopped_at = models.DateTimeField(null=True)
    # The mail server of the address said that it takes no letter for it, at once or by sending one back.
    letters_refused_at = models.DateTimeField(null=True)
    # Invented by the demo; exists only in a demo database.
    synthetic = models.BooleanField(default=False, editable=False)
    # False only from the moment of leaving until the last row is gone, so that nobody signs in meanwhile.
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=now, editable=False)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email__endswith="@address.invalid"), name="address_is_not_stored"
            ),
            models.CheckConstraint(
                condition=Q(notices_by__in=[LETTER, TEXT, NO_MESSAGES])
                & Q(told__in=[SOON, DAILY, WEEKLY])
                & Q(told_day__lte=6)
                & (Q(notices_per_week=None) | Q(notices_per_week__range=(1, 7))),
                name="a_way_to_be_told",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Device(models.Model):
    """A signed-in browser: which stored session is whose, so that leaving deletes the sessions too.

    `session_key` is the name of the stored row (see `session_store.py`), which opens nothing.
    """

    session_key = models.CharField(max_length=40, primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices")


class SignedInBrowser(models.Model):
    """What a person sees about one of their own open sessions: last used on which day, and whether a
    passkey was shown in it. Nothing about the device or the network: they are not needed, so not kept."""

    entry_id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="browsers")
    seen_on = models.DateField()
    # When this session was opened, or confirmed, with a passkey.
    passkey_at = models.DateTimeField(null=True)


class SentCode(models.Model):
    """A code that one browser waits for, by a keyed hash. Without this row the code does not work."""

    code_hash = models.BinaryField(primary_key=True, max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)


class Tally(models.Model):
    """How often something was done in one span of time. What it counts is a keyed hash: neither an
    address nor a network can be read from it."""

    what = models.BinaryField(max_length=32)
    starts_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "starts_at"], name="tally_once")]


class Phone(models.Model):
    """The number at which somebody gets text messages. It is a text under their own key; here is only a keyed
    hash, so that a message from it is known. One number is confirmed for one person at a time."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="phone")
    number_hash = models.BinaryField(max_length=32, db_index=True)
    number_text = models.UUIDField()
    # The code that was sent to it, as a keyed hash, until it is confirmed.
    code_hash = models.BinaryField(max_length=32, null=True)
    code_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # STOP came from it. START from it, or its person's own choice, takes that away.
    stopped_at = models.DateTimeField(null=True)
    # The gateway said that it takes no messages for this number.
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number_hash"], condition=~Q(confirmed_at=None), name="one_person_a_number"
            ),
        ]


class NoticeDevice(models.Model):
    """A browser in which somebody switched on notices, in the session that they have there: it goes with that
    session. What is needed to reach it is a text under their own key; here are only keyed hashes of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notice_devices")
    entry_id = models.UUIDField(unique=True)
    words_text = models.UUIDField()
    # Of its address: one browser belongs to one person.
    endpoint_hash = models.BinaryField(max_length=32, unique=True)
    # Of all that the browser handed over: whoever has this holds the browser.
    whole_hash = models.BinaryField(max_length=32)
    # The server's key that it was made for; it takes nothing from another.
    key_mark = models.CharField(max_length=16)
    added_at = models.DateTimeField()


class ReceivedText(models.Model):
    """A text message that came in, by a keyed hash of the gateway's name for it: it is taken once."""

    name_hash = models.BinaryField(primary_key=True, max_length=32)
    at = models.DateTimeField(db_index=True)
