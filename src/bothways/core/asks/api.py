"""Answers by text message, as narrow as they can be (decision 34).

A room says which words it understands about a kind of thing. A person asks, in their own session, to answer
one thing so; a code that goes to their phone then stands for that session, for one word about that thing,
once. Nothing is imported upwards: rooms register here.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise

from bothways.core.asks.models import Ask
from bothways.core.asks.spoken import Said, plain_digits, read, simple
from bothways.core.clock.api import now
from bothways.core.faults import Refused
from bothways.core.identity.api import Acting, NotSignedIn, confirm
from bothways.core.walls import api as walls

__all__ = [
    "Ask",
    "Outcome",
    "Said",
    "Word",
    "answer",
    "clear",
    "of_person",
    "open_ask",
    "plain_digits",
    "read",
    "register",
    "simple",
    "standing",
    "take_back",
    "words_of",
]

CODE_DIGITS = 6
_SALT = "bothways.core.asks"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that a message may say: how it is shown in the reader's language, every form in which it is
    understood, and what it does. `do(who, object_id)` may raise Refused."""

    shown: Promise | str
    forms: Iterable[str]
    do: Callable[[Acting, uuid.UUID], object]


class Outcome(Enum):
    """What became of a message that came in."""

    DONE = "done"
    # The right code, and the thing cannot be done so (any more).
    NOT_POSSIBLE = "not possible"
    NOT_YET = "not yet"
    # A code that nobody waits for, or no word that belongs to it.
    UNKNOWN = "unknown"


_kinds: dict[str, list[Word]] = {}


def register(kind: str, words: list[Word]) -> None:
    """A room says once which words it takes about a kind of its things."""
    _kinds[kind] = words


def words_of(kind: str) -> list[str]:
    """The words about a kind of thing in the language that is active."""
    return [str(word.shown) for word in _kinds[kind]]


def open_ask(
    who: Acting, *, kind: str, object_id: uuid.UUID, sender: bytes, opens_at: datetime, expires_at: datetime
) -> str:
    """Let me answer one thing by a message from `sender`, and return the code. An earlier one is over."""
    if kind not in _kinds:
        raise ValueError(f"nobody understands words about {kind!r}")
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    with transaction.atomic():
        confirm(who)
        take_back(who, kind=kind, object_id=object_id)
        Ask.objects.create(
            person_id=who.person_id,
            entry_id=who.entry_id,
            kind=kind,
            object_id=object_id,
            sender_hash=sender,
            code_hash=_hash(code),
            made_at=now(),
            opens_at=opens_at,
            expires_at=expires_at,
        )
    return code


def take_back(who: Acting, *, kind: str, object_id: uuid.UUID) -> None:
    """The code about this thing works no more: it was answered, or asked anew."""
    Ask.objects.filter(person_id=who.person_id, kind=kind, object_id=object_id).delete()


def standing(who: Acting, *, kind: str, object_id: uuid.UUID) -> bool:
    """Whether a code of mine about this thing still works."""
    mine = Ask.objects.filter(person_id=who.person_id, kind=kind, object_id=object_id)
    return mine.filter(expires_at__gt=now()).exists()


def of_person(who: Acting) -> list[Ask]:
    """The codes of mine that are not used, newest first."""
    return list(Ask.objects.filter(person_id=who.person_id).order_by("-made_at"))


def answer(*, sender: bytes, said: Said) -> Outcome:
    """Do what a message from `sender` says, inside the caller's transaction.

    A wrong code counts as a try of every code that this sender could use. A code is used up by what it does,
    and by nothing else: after NOT_POSSIBLE and NOT_YET it still works.
    """
    code = next((number[-CODE_DIGITS:] for number in said.numbers[::-1] if len(number) >= CODE_DIGITS), "")
    if not code:
        return Outcome.UNKNOWN
    with walls.answering(sender, _hash(code)) as stay:
        person_id, entry_id = stay.found
        if person_id is None or entry_id is None:
            return Outcome.UNKNOWN
        ask = Ask.objects.get(person_id=person_id, sender_hash=sender, code_hash=_hash(code))
        word = _word(ask.kind, said, code)
        if word is None:
            return Outcome.UNKNOWN
        if ask.opens_at > now():
            return Outcome.NOT_YET
        try:
            word.do(Acting(person_id, entry_id), ask.object_id)
        except (Refused, Http404, PermissionDenied, NotSignedIn):
            return Outcome.NOT_POSSIBLE
        ask.delete()
        return Outcome.DONE


def clear() -> int:
    """Delete the codes whose time is over. Returns how many; for a job."""
    return Ask.objects.filter(expires_at__lte=now()).delete()[0]


def _word(kind: str, said: Said, code: str) -> Word | None:
    """The one word that a message says beside its code; None when it says none, or two."""
    rest = [number for number in (n.removesuffix(code) for n in said.numbers) if number]
    pieces = {*said.letters, *rest}
    known = [(word, {simple(form) for form in word.forms}) for word in _kinds[kind]]
    meant = [(word, forms) for word, forms in known if pieces & forms]
    # A stray number is no slip of the thumb that we should guess about.
    return meant[0][0] if len(meant) == 1 and meant[0][1].issuperset(rest) else None


def _hash(code: Any) -> bytes:
    return salted_hmac(_SALT, code, algorithm="sha256").digest()
