"""The door to the database's own walls. Each block says as whom its statements are run.

Outside of any block a serving connection sees nothing of anybody: row security asks for a person.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from django.db import connection

from bothways.core.clock.api import ahead
from bothways.core.walls.base import DatabaseWrapper
from bothways.core.walls.stay import WEB, WORKER, Stay

__all__ = [
    "WEB",
    "WORKER",
    "Stay",
    "acting_with",
    "answering",
    "at_the_door",
    "door_key",
    "inside",
    "keep_door_key",
    "leaving",
    "opened_by",
    "visiting",
    "working",
]


def _connection() -> DatabaseWrapper:
    return cast("DatabaseWrapper", connection)


@contextmanager
def inside(token: str) -> Iterator[Stay]:
    """As the person whose session has this token. `found` is (person, entry), or Nones when it has ended."""
    with acting_with(token) as stay:
        _connection().come_in()
        yield stay


@contextmanager
def acting_with(token: str) -> Iterator[Stay]:
    """The same, entered by the first statement: for the demo, where nobody asks who it turns out to be."""
    stay = Stay(WEB, "SELECT person, entry FROM core_enter(%s, %s)", (token, ahead()))
    with _connection().staying(stay):
        yield stay


@contextmanager
def visiting() -> Iterator[None]:
    """As nobody: what is public, and nothing of any person."""
    with _connection().staying(Stay(WEB)):
        yield


@contextmanager
def at_the_door() -> Iterator[None]:
    """As the sign-in pages: accounts are found by the hash of an address, and sessions are opened.

    Takes the door key, which the database knows only as a hash: a stolen database password does not
    open sessions.
    """
    with _connection().staying(Stay(WEB, "SELECT core_enter_door(%s), NULL::uuid", (door_key(),))):
        yield


@contextmanager
def opened_by(call: str, *arguments: object) -> Iterator[Stay]:
    """As the person that a room's own function of the database finds, by a token of its own (a feed)."""
    stay = Stay(WEB, f"SELECT {call}, NULL::uuid", arguments)
    with _connection().staying(stay):
        _connection().come_in()
        yield stay


@contextmanager
def answering(sender: bytes, code: bytes) -> Iterator[Stay]:
    """As the person who asked to answer one thing by a text message from `sender` with this code (both are
    hashes), in the session in which they asked. `found` is (person, entry), or Nones without such a code.

    Inside the caller's transaction: the code is held until it ends.
    """
    call = "SELECT person, entry FROM core_enter_ask(%s, %s, %s, %s)"
    stay = Stay(WEB, call, (door_key(), sender, code, ahead()))
    with _connection().staying(stay):
        _connection().come_in()
        yield stay


@contextmanager
def leaving(person_id: uuid.UUID) -> Iterator[None]:
    """As somebody who has said that they leave (there is a tombstone), to erase what is theirs.

    For the process that runs it, whatever its role: the person's own request or the job.
    """
    before = _connection().stay
    role = before.role if before is not None else WEB
    with _connection().staying(Stay(role, "SELECT core_enter_leaving(%s), NULL::uuid", (person_id,))):
        yield


@contextmanager
def working() -> Iterator[None]:
    """As a job: what the worker's role may do, without anybody's session."""
    with _connection().staying(Stay(WORKER)):
        yield


def door_key() -> bytes:
    """The key of the sign-in pages, made from the master key: 32 bytes."""
    return hashlib.blake2b(settings.MASTER_KEY, digest_size=32, person=b"bothways.door").digest()


def keep_door_key() -> None:
    """Let the database know the key of the sign-in pages, by its hash. The owner does this at each start."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_door (id, key_hash) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET key_hash = excluded.key_hash"
            " WHERE core_door.key_hash <> excluded.key_hash",
            [hashlib.sha256(door_key()).digest()],
        )
