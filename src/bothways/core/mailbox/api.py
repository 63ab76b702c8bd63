"""Addresses that mail comes back to, and what a letter that came back is (decision 29).

`reply+CODE` stands for one person and one thing; `bounce+CODE` for one letter that went out. Nobody guesses
either. Rooms say here who takes an answer; nothing is imported upwards.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable

from django.conf import settings

from bothways.core.mailbox.reading import Mail, NotTaken, read

__all__ = [
    "Mail",
    "NotTaken",
    "answered",
    "bounce_address",
    "code_for",
    "code_hash",
    "code_of_reply",
    "is_on",
    "is_ours",
    "letter_behind",
    "read",
    "reply_address",
    "take_answers",
]

REPLY, BOUNCE = "reply", "bounce"
_MARK_BYTES = 10
# Takes the hash of the code, whom the letter is from, the calendar part, and whether one more may be taken
# (asked once the code is known: made-up ones are not counted). Raises NotTaken.
Taker = Callable[[bytes, str, str, Callable[[], bool]], None]
_takers: list[Taker] = []


def is_on() -> bool:
    """Whether mail comes back to this installation at all."""
    return bool(settings.MAIL_DOMAIN)


def code_for(one: uuid.UUID) -> str:
    """The code of an invitation: always the same, so that a calendar knows the organizer again. Nobody
    reckons it from the whole database: it is keyed with the server's secret."""
    return _letters(_mac(b"bothways.reply", one.bytes)[:16])


def code_hash(code: str) -> bytes:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).digest()


def reply_address(code: str) -> str:
    """Where an answer goes."""
    return f"{REPLY}+{code}@{settings.MAIL_DOMAIN}"


def bounce_address(letter: uuid.UUID) -> str:
    """Where a letter that cannot be delivered goes back to. It stands for the letter, not for its reader."""
    mark = _mac(b"bothways.bounce", letter.bytes)[:_MARK_BYTES]
    return f"{BOUNCE}+{_letters(letter.bytes + mark)}@{settings.MAIL_DOMAIN}"


def code_of_reply(address: str) -> str:
    """The code in the address of an answer, or ''."""
    return _code(address, REPLY)


def letter_behind(address: str) -> uuid.UUID | None:
    """Which letter of ours came back to this address, or None when we never made it."""
    code = _code(address, BOUNCE).upper()
    try:
        raw = base64.b32decode(code + "=" * (-len(code) % 8))
    except ValueError:
        return None
    if len(raw) != 16 + _MARK_BYTES:
        return None
    wanted = _mac(b"bothways.bounce", raw[:16])[:_MARK_BYTES]
    return uuid.UUID(bytes=raw[:16]) if hmac.compare_digest(wanted, raw[16:]) else None


def is_ours(address: str) -> bool:
    """Whether an address is one of our own: a letter from it goes in a circle."""
    own = settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].strip("> ").lower()
    plain = address.strip().lower()
    return plain == own or bool(_code(plain, REPLY) or _code(plain, BOUNCE))


def take_answers(taker: Taker) -> None:
    """A room says that it takes answers."""
    _takers[:] = [taker]


def answered(code: str, sender: str, calendar: str, *, may: Callable[[], bool]) -> None:
    """Hand an answer to whoever takes it. Raises NotTaken."""
    if not _takers:
        raise NotTaken("nobody takes answers")
    _takers[0](code_hash(code), sender, calendar, may)


def _code(address: str, what: str) -> str:
    local, _at, domain = address.strip().lower().rpartition("@")
    name, plus, code = local.partition("+")
    right = name == what and plus and domain == settings.MAIL_DOMAIN.lower() and bool(domain)
    return code if right and code.isascii() and code.isalnum() and len(code) <= 60 else ""


def _letters(raw: bytes) -> str:
    """In letters and digits that mean the same in capitals: some mail programs change those."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _mac(what: bytes, about: bytes) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), what + b":" + about, "sha256")
