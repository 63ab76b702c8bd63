"""What a person can do with a text of their own, kind by kind, said by the room that shows it.

Here the glass box finds the page where a text is rewritten, and the service that deletes it together
with whatever pointed at it, without importing the rooms above.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from bothways.core.identity.api import Acting


@dataclass(frozen=True, slots=True)
class Change:
    """`place(who, text_id)`: the path of the page where this text is rewritten or stands, or None.
    `delete(who, text_id)`: deletes it for good (None: it cannot be deleted alone); may raise Refused.
    `effect`: what else happens then, in a sentence for the page that asks once more."""

    place: Callable[[Acting, uuid.UUID], str | None] | None = None
    delete: Callable[[Acting, uuid.UUID], None] | None = None
    effect: Promise | str = ""


_changes: dict[str, Change] = {}


def register(kind: str, change: Change) -> None:
    """Every room says this once for each kind of text that it names."""
    _changes[kind] = change


def change_for(kind: str) -> Change:
    """What can be done with a kind of text; nothing, when no room has said so."""
    return _changes.get(kind, Change())


def registered() -> set[str]:
    """The kinds of text that some room has spoken for."""
    return set(_changes)
