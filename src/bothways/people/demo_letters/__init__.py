"""The demo's letter box: letters that would have been sent, kept as files and shown on a page.

It exists only in a demo. Outside one the backend refuses every letter and the page is not mounted.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from bothways.core.clock.api import now

# What the page shows, and what stays on the disk.
SHOWN = 50
KEPT = 500
_CODE = re.compile(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that would have been sent."""

    at: datetime
    to: str
    subject: str
    words: str

    @property
    def code(self) -> str:
        """The sign-in code in it, or ''."""
        found = _CODE.search(self.words)
        return found.group(1) if found else ""


def folder() -> Path:
    return Path(settings.VAR) / "letters"


def newest(limit: int = SHOWN) -> list[Letter]:
    """The newest letters first."""
    names = sorted((path.name for path in folder().glob("*.json")), reverse=True)
    letters = (_read(folder() / name) for name in names[:limit])
    return [letter for letter in letters if letter]


def _read(path: Path) -> Letter | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Letter(
            datetime.fromisoformat(content["at"]), content["to"], content["subject"], content["words"]
        )
    except (OSError, ValueError, KeyError):
        # Cleared away meanwhile, or not one of ours.
        return None


class LetterBackend(BaseEmailBackend):
    """An email backend that keeps letters as files under `var/letters`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.DEMO:
            raise ImproperlyConfigured("The demo's letter box is for demos only. Set BOTHWAYS_EMAIL_BACKEND.")

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            self._keep(message)
        self._clear_away()
        return len(email_messages)

    @staticmethod
    def _keep(message: EmailMessage) -> None:
        moment = now()
        content = {
            "at": moment.isoformat(),
            "to": ", ".join(message.to),
            "subject": str(message.subject),
            "words": str(message.body),
        }
        name = f"{moment:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
        draft = folder() / f".{name}"
        draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        # Renamed when whole: the page never reads half a letter.
        draft.rename(folder() / f"{name}.json")

    @staticmethod
    def _clear_away() -> None:
        names = sorted(entry.name for entry in os.scandir(folder()) if entry.name.endswith(".json"))
        for name in names[:-KEPT]:
            (folder() / name).unlink(missing_ok=True)
