"""My own words, one at a time: what they are, where they can be changed, and deleting them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import Http404
from django.utils.functional import Promise

from bothways.core.identity.api import Acting
from bothways.core.texts import api as texts
from bothways.core.wording.api import Change, change_for


@dataclass(frozen=True, slots=True)
class Mine:
    """A text of mine with what I can do with it."""

    id: uuid.UUID
    kind: Promise | str
    words: str
    change: Change


def one(who: Acting, text_id: uuid.UUID) -> Mine:
    """A text of mine that says something. 404 for all others, without a difference."""
    for row, words in texts.own(who):
        if row.id == text_id and words:
            return Mine(row.id, texts.words_for_kind(row.kind), words, change_for(row.kind))
    raise Http404


def place(who: Acting, text_id: uuid.UUID) -> str:
    """The page where a text of mine is rewritten or stands. 404 when there is none (any more)."""
    found = one(who, text_id)
    where = found.change.place(who, text_id) if found.change.place else None
    if not where:
        raise Http404
    return where


def delete(who: Acting, mine: Mine) -> None:
    """Delete it the way its room does. Raises Refused, and 404 for what cannot be deleted alone."""
    if mine.change.delete is None:
        raise Http404
    mine.change.delete(who, mine.id)
