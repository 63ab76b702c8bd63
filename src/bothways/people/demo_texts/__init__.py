"""The demo's phones: text messages that would have been sent, kept as files and shown on a page, where one
answers as whoever holds the phone. It exists only in a demo."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bothways.core.clock.api import now

SHOWN, KEPT = 50, 500


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message to a phone, or (`answer`) one that came from it."""

    at: datetime
    number: str
    words: str
    answer: bool = False


def folder() -> Path:
    return Path(settings.VAR) / "texts"


def keep(number: str, words: str, *, answer: bool = False) -> None:
    """Keep one message. Refused outside a demo."""
    if not settings.DEMO:
        raise ImproperlyConfigured("The demo's phones are for demos only. Set BOTHWAYS_SMS_URL.")
    folder().mkdir(parents=True, exist_ok=True)
    moment = now()
    content = {"at": moment.isoformat(), "number": number, "words": words, "answer": answer}
    name = f"{moment:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
    draft = folder() / f".{name}"
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    # Renamed when whole: the page never reads half a message.
    draft.rename(folder() / f"{name}.json")
    names = sorted(entry.name for entry in os.scandir(folder()) if entry.name.endswith(".json"))
    for old in names[:-KEPT]:
        (folder() / old).unlink(missing_ok=True)


def newest(limit: int = SHOWN) -> list[TextMessage]:
    """The newest messages first."""
    names = sorted((path.name for path in folder().glob("*.json")), reverse=True)
    read = (_read(folder() / name) for name in names[:limit])
    return [message for message in read if message]


def _read(path: Path) -> TextMessage | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(content["at"])
        return TextMessage(at, content["number"], content["words"], content["answer"])
    except (OSError, ValueError, KeyError):
        # Cleared away meanwhile, or not one of ours.
        return None
