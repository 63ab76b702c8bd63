"""What stands in a letter that came in, as far as we want to know. Knows no database and logs nothing.

Nothing is unpacked, no attachment is opened, and a letter inside a letter is not looked into. Whatever is too
large, too deep or broken is refused in one word, which says nothing of what was in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses

MOST_BYTES = 140_000
MOST_PARTS = 40
DEEPEST = 6
MOST_CALENDAR_BYTES = 60_000
LONGEST_FROM = 1000
# The line that begins a part: more of them than this are not worth a parser's time.
_BEGINS = re.compile(rb"^--", re.MULTILINE)
_CHARSETS = {"us-ascii", "utf-8", "utf8", "iso-8859-1", "iso-8859-15", "windows-1252", "utf-16", "gb18030"}
_LISTS = ("list-id", "list-post", "list-unsubscribe", "list-help")
# RFC 3464: an address that does not exist. Not a mailbox that is full (x.2.2) or a letter too long (x.2.3).
_FOR_GOOD = re.compile(r"5\.(?!2\.[23]\b)\d{1,3}\.\d{1,3}")
_FULL = re.compile(r"\b552\b")


class NotTaken(Exception):
    """A letter that nothing is done about; the reason is one of our own few words."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter: whom it is from, its calendar part, and whether it says that ours came back for good."""

    sender: str
    calendar: str
    failed: bool


def read(raw: bytes) -> Mail:
    """Take a letter apart. Raises NotTaken for what is too large, too deep, or no letter."""
    if len(raw) > MOST_BYTES:
        raise NotTaken("too large")
    if len(_BEGINS.findall(raw)) > 4 * MOST_PARTS:
        raise NotTaken("too many parts")
    try:
        # Strict about nothing and lazy about everything: the old policy parses no header before it is asked.
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        parts = list(_parts(message, 0))
        if len(parts) > MOST_PARTS:
            raise NotTaken("too many parts")
        report = _is_report(message)
        return Mail(
            sender=_sender(message),
            calendar="" if report or _goes_by_itself(message) else _calendar(parts),
            failed=report and any(_failed(part) for part in parts),
        )
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise NotTaken("broken") from error


def _parts(message: Message, depth: int) -> Iterator[Message]:
    if depth > DEEPEST:
        raise NotTaken("too deep")
    yield message
    payload = message.get_payload()
    # A letter inside a letter (message/rfc822) is somebody else's: it was forwarded.
    if message.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _parts(part, depth + 1)


def _sender(message: Message) -> str:
    """The one address in From; '' when there are none or several."""
    fields = [str(field)[:LONGEST_FROM] for field in message.get_all("from", [])]
    found = {address.strip() for _name, address in getaddresses(fields) if "@" in address}
    return found.pop() if len(found) == 1 and len(fields) == 1 else ""


def _goes_by_itself(message: Message) -> bool:
    """Answers of machines, and letters of lists. "auto-generated" is none: Google marks so what somebody has
    pressed in their calendar, and what it may do is decided by the answer in it."""
    said = str(message.get("auto-submitted", "no")).split(";")[0].strip().lower()
    bulk = str(message.get("precedence", "")).strip().lower() in {"bulk", "list", "junk", "auto_reply"}
    return said not in {"no", "auto-generated", ""} or bulk or any(name in message for name in _LISTS)


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report"


def _calendar(parts: list[Message]) -> str:
    """The first calendar part, if it says in its type or in itself that it is an answer; else ''."""
    for part in parts:
        if part.get_content_type() not in {"text/calendar", "application/ics"}:
            continue
        raw = part.get_payload(decode=True)
        if not isinstance(raw, bytes) or len(raw) > MOST_CALENDAR_BYTES:
            continue
        words = _words(raw, str(part.get_content_charset() or "utf-8"))
        method = str(part.get_param("method", "") or "").strip().upper()
        inside = re.search(r"^METHOD[^:\r\n]*:[ \t]*(\w+)", words, re.MULTILINE | re.IGNORECASE)
        said = {one for one in (method, inside.group(1).upper() if inside else "") if one}
        return words if said == {"REPLY"} else ""
    return ""


def _words(raw: bytes, charset: str) -> str:
    """What we look for is plain ASCII: of other characters, and of nonsense, only their place is kept."""
    known = charset.lower() if charset.lower() in _CHARSETS else "utf-8"
    return raw.decode(known, "replace").replace("\x00", "")


def _failed(part: Message) -> bool:
    """Whether a part of a report says that a recipient takes no letter, now and later."""
    if part.get_content_type() != "message/delivery-status":
        return False
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else [BytesHeaderParser().parsebytes(str(payload).encode())]
    for block in blocks:
        if not isinstance(block, Message) or str(block.get("action", "")).strip().lower() != "failed":
            continue
        full = _FULL.search(str(block.get("diagnostic-code", "")))
        if not full and _FOR_GOOD.match(str(block.get("status", "")).strip()):
            return True
    return False
